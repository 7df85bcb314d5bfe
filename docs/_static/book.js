// A formula that is wider than the page scrolls: let the keyboard reach it.
window.addEventListener("load", async () => {
  if (!window.MathJax) return;
  await MathJax.startup.promise;
  for (const box of document.querySelectorAll("div.math, div.math mjx-container"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
});

// The explorers of this page come to life. A page that is opened as a file cannot fetch: there their pictures stay.
const book = document.currentScript.src;
if (location.protocol.startsWith("http"))
  window.addEventListener("DOMContentLoaded", async () => {
    if (!document.querySelector("[data-explorer]")) return;
    const { bringToLife } = await import(new URL("explorers/recording.js", book));
    bringToLife(new URL("explorers/", book).href);
  });
