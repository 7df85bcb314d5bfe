// A formula that is wider than the page scrolls: let the keyboard reach it.
window.addEventListener("load", () => {
  for (const box of document.querySelectorAll("div.formula"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
});

// The switch that unfolds the pages below a page has a picture alone: a screen reader needs a word.
window.addEventListener("DOMContentLoaded", () => {
  for (const summary of document.querySelectorAll(".has-children > details > summary")) summary.ariaLabel = "Pages below";
});
