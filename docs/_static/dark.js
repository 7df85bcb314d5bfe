// On a dark page figures are dark. What has no colour changes places, from paper to ink; a tint is a little colour on
// paper, so it becomes a little colour on the dark; full colours stay, and letters on them stay with them.
{
  const numbers = css => css.match(/[\d.]+/g).slice(0, 3).map(Number), share = x => Math.min(1, Math.max(0, x));

  // How much of each pixel stays as it is: none of paper, ink and tints, all of a full colour.
  function stays({ data }) {
    const kept = new Float32Array(data.length / 4);
    for (let p = 0, i = 0; p < kept.length; p++, i += 4) {
      const high = Math.max(data[i], data[i + 1], data[i + 2]), low = Math.min(data[i], data[i + 1], data[i + 2]);
      kept[p] = share((0.53 - low / 255) / 0.05) * share(((high - low) / 255 - 0.2) / 0.06);
    }
    return kept;
  }

  // Letters on a full colour: small thin patches of what does not stay, black with one colour around them, or of any
  // kind if that colour fills a square nearby. (What lines close in where they cross is paper, and no letter.)
  function keepLetters({ data, width, height }, kept) {
    const owner = new Int32Array(kept.length), HIGH = 26, WIDE = 100, SQUARE = 9, NEAR = 24;
    const around = [[-1, -1], [0, -1], [1, -1], [-1, 0], [1, 0], [-1, 1], [0, 1], [1, 1]];
    const place = (x, y) => (x < 0 || x >= width || y < 0 || y >= height ? -1 : x + y * width);
    const light = p => (data[4 * p] + data[4 * p + 1] + data[4 * p + 2]) / 765;
    const alike = (p, q) => [0, 1, 2].every(k => Math.abs(data[4 * p + k] - data[4 * q + k]) < 12);
    const fills = (colour, left, top) => {
      for (let n = 0; n < SQUARE * SQUARE; n++) {
        const p = place(left + n % SQUARE, top + Math.floor(n / SQUARE));
        if (p < 0 || !alike(p, colour)) return false;
      }
      return true;
    };
    for (let first = 0, name = 0; first < kept.length; first++) {
      if (owner[first] || kept[first] >= 0.5) continue;
      const patch = [first];
      let [left, right, top, bottom, dark] = [width, 0, height, 0, 1];
      owner[first] = ++name;
      for (let n = 0; n < patch.length; n++) {
        const x = patch[n] % width, y = (patch[n] - x) / width;
        [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
        dark = Math.min(dark, light(patch[n]));
        for (const [dx, dy] of around) {
          const q = place(x + dx, y + dy);
          if (q < 0 || owner[q] || kept[q] >= 0.5) continue;
          owner[q] = name;
          patch.push(q);
        }
      }
      if (bottom - top > HIGH || right - left > WIDE) continue;
      if (patch.some(p => around.every(([dx, dy]) => owner[p + 3 * dx + 3 * dy * width] === name))) continue;  // thick
      const ground = [2, 4].flatMap(far => around.map(([dx, dy]) => place(
        dx < 0 ? left - far : dx > 0 ? right + far : (left + right) >> 1,
        dy < 0 ? top - far : dy > 0 ? bottom + far : (top + bottom) >> 1))).filter(p => kept[p] >= 0.5);
      const colour = ground.find(p => ground.filter(q => alike(p, q)).length >= 6);
      if (colour === undefined) continue;
      let letter = dark < 0.35;
      for (let x = left - NEAR; !letter && x < right + NEAR; x += 2)
        for (let y = top - NEAR; !letter && y < bottom + NEAR; y += 2) letter = fills(colour, x, y);
      if (letter) for (const p of patch) kept[p] = 1;
    }
  }

  function darkened(picture, paper, ink) {
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    pen.drawImage(picture, 0, 0);
    const pixels = pen.getImageData(0, 0, canvas.width, canvas.height), { data } = pixels, kept = stays(pixels);
    keepLetters(pixels, kept);
    for (let p = 0, i = 0; p < kept.length; p++, i += 4) {
      const [r, g, b] = [data[i], data[i + 1], data[i + 2]], high = Math.max(r, g, b), low = Math.min(r, g, b);
      const white = low / 255, light = (r + g + b) / 765;
      const black = 1 - (1 - (1 - high / 255) * (high ? low / high : 1)) ** 1.5;  // thin letters are grey: lift them
      for (let k = 0; k < 3; k++) {
        const moved = white * paper[k] + black * ink[k] + data[i + k] - low;
        const same = data[i + k] + 0.12 * (255 - data[i + k]) * (1 - light);
        data[i + k] = moved + kept[p] * (same - moved);
      }
    }
    pen.putImageData(pixels, 0, 0);
    return canvas.toDataURL();
  }

  // A film would stand still on a canvas: the style sheet darkens it.
  async function isFilm(picture) {
    const file = await (await fetch(picture.src)).arrayBuffer();
    return new TextDecoder("latin1").decode(file.slice(0, 100)).includes("acTL");
  }

  const bright = new Map();  // what a figure was
  async function dress() {
    const dark = document.documentElement.dataset.theme === "dark", style = getComputedStyle(document.body);
    for (const picture of document.querySelectorAll(".cell_output img, .bd-article img")) {
      // A page that is opened as a file may not read its pictures: they keep their white ground.
      const closed = location.protocol === "file:" && !picture.src.startsWith("data:");
      if (dark === bright.has(picture) || closed) continue;
      await picture.decode().catch(() => {});
      await new Promise(window.requestIdleCallback ?? setTimeout);  // explorers come first
      try {
        if (dark) {
          const film = await isFilm(picture);
          const now = film ? picture.src : darkened(picture, numbers(style.backgroundColor), numbers(style.color));
          bright.set(picture, picture.src);
          picture.src = now;
          picture.classList.toggle("film", film);
        } else {
          picture.src = bright.get(picture);
          bright.delete(picture);
        }
        picture.classList.toggle("dark-light", dark);  // the theme's own white ground is for figures that stay as they are
      } catch {}  // one picture that cannot be had keeps no other from being dark
    }
  }
  window.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(dress).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    dress();
  });
}
