"use strict";
// Heads of the grids become buttons that sort; without this script the doubtful submissions come first, then by name.
for (const table of document.querySelectorAll("table.grid")) {
  const body = table.tBodies[0];
  table.querySelectorAll("thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = row => row.cells[column].dataset.by ?? row.cells[column].textContent.trim();
      const by = (a, b) => key(a).localeCompare(key(b), undefined, { numeric: true, sensitivity: "base" });
      body.append(...[...body.rows].sort((a, b) => (down ? -1 : 1) * by(a, b)));
    });
  });
}
// Browsers that do not open what a link leads into.
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  target?.scrollIntoView();
};
addEventListener("hashchange", reveal);
if (location.hash) reveal();
// On paper all that is closed would be lost.
addEventListener("beforeprint", () => document.querySelectorAll("details.answer").forEach(part => { part.open = true; }));
