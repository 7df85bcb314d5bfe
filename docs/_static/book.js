// A formula that is wider than the page scrolls: let the keyboard reach it.
window.addEventListener("load", () => {
  for (const box of document.querySelectorAll("div.formula"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
});

// The switch that unfolds the pages below a page has a picture alone: a screen reader needs a word.
window.addEventListener("DOMContentLoaded", () => {
  for (const summary of document.querySelectorAll(".has-children > details > summary")) summary.ariaLabel = "Pages below";
});

// On a dark page figures are dark: their greys change places, from paper to ink, and their colours stay what they are.
{
  const numbers = css => css.match(/[\d.]+/g).slice(0, 3).map(Number);
  function darkened(picture, paper, ink) {
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    pen.drawImage(picture, 0, 0);
    const pixels = pen.getImageData(0, 0, canvas.width, canvas.height), { data } = pixels;
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i], data[i + 1], data[i + 2]], high = Math.max(r, g, b), low = Math.min(r, g, b);
      const light = (r + g + b) / 765, spread = high - low;
      const colour = spread < 24 ? 0 : Math.min(1, Math.max(0, (spread / high - 0.15) / 0.3));  // pale is a kind of paper
      for (let k = 0; k < 3; k++) {
        const grey = ink[k] + light * (paper[k] - ink[k]), kept = data[i + k] + 0.12 * (255 - data[i + k]) * (1 - light);
        data[i + k] = grey + colour * (kept - grey);
      }
    }
    pen.putImageData(pixels, 0, 0);
    return canvas.toDataURL();
  }
  const bright = new Map();  // what a figure was
  async function dress() {
    const dark = document.documentElement.dataset.theme === "dark", style = getComputedStyle(document.body);
    for (const picture of document.querySelectorAll(".cell_output img, .bd-article img")) {
      if (dark === bright.has(picture)) continue;
      await picture.decode().catch(() => {});
      try {
        if (dark) {
          const now = darkened(picture, numbers(style.backgroundColor), numbers(style.color));
          bright.set(picture, picture.src);
          picture.src = now;
        } else {
          picture.src = bright.get(picture);
          bright.delete(picture);
        }
        picture.classList.toggle("dark-light", dark);  // the theme's own white ground is for figures that stay as they are
      } catch {}  // a page that is opened as a file may not read its pictures: they keep their white ground
    }
  }
  window.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(dress).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    dress();
  });
}
