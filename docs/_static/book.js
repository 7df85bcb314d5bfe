// A formula that is wider than the page scrolls: let the keyboard reach it.
window.addEventListener("load", async () => {
  if (!window.MathJax) return;
  await MathJax.startup.promise;
  for (const box of document.querySelectorAll("div.math, div.math mjx-container"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
});
