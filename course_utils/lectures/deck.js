// Lay the blocks of each <section> out on slides of 1280 x 720: shrink a little, then part, then start reveal.js.
(async () => {
  const HEIGHT = 720, SCALES = [1, 0.94, 0.88, 0.82, 0.76, 0.7], LEAST = 0.5, WHOLE = SCALES.slice(0, 4);
  await MathJax.startup.promise;
  await Promise.all([...document.images].map(image => image.decode().catch(() => {})));

  const ruler = document.createElement("div");
  ruler.id = "deck-measure";
  ruler.className = "reveal";
  document.body.append(ruler);

  const page = (blocks, scale) => {
    const box = document.createElement("div");
    box.className = "page";
    box.style.fontSize = `${scale}em`;
    box.append(...blocks);
    return box;
  };
  const height = (blocks, scale) => {
    const box = page(blocks, scale);
    ruler.replaceChildren(box);
    return box.offsetHeight;
  };
  const fits = (blocks, scales) => scales.find(scale => height(blocks, scale) <= HEIGHT);

  // A list, a table or a long run of code and output that fills more than a page on its own: its parts.
  const parts = block => {
    if (!/^(UL|OL)$/.test(block.tagName) && !block.matches(".run")) return [block];
    if (block.matches(".run")) return [...block.children];
    return [...block.children].map((item, i) => {
      const list = block.cloneNode(false);
      if (block.tagName === "OL") list.start = (block.start || 1) + i;
      list.append(item);
      return list;
    });
  };
  const heading = block => /^H[1-6]$/.test(block.tagName);

  // Pages of blocks: a block that starts a page of its own, then as few pages as hold the rest, evenly filled.
  const paginate = blocks => {
    const groups = [[]];
    for (const block of blocks) {
      const alone = block.hasAttribute("data-page");
      if (alone && !fits([...groups.at(-1), block], SCALES.slice(0, 3))) groups.push([]);
      groups.at(-1).push(block);
      if (alone) groups.push([]);
    }
    return groups.filter(group => group.length).flatMap(split);
  };
  const split = group => {
    const scale = fits(group, WHOLE);
    if (scale) return [{ blocks: group, scale }];
    let pieces = group.flatMap(block => (height([block], 0.88) > HEIGHT * 0.6 ? parts(block) : [block]));
    const sizes = pieces.map(piece => height([piece], 0.88) - 76);
    const total = sizes.reduce((a, b) => a + b, 0), pages = Math.ceil(total / (HEIGHT - 110));
    const result = [[]];
    let filled = 0;
    pieces.forEach((piece, i) => {
      const next = filled + sizes[i] / 2 > (total / pages) * result.length;
      const current = result[result.length - 1];
      if (next && result.length < pages && current.length) {
        // A heading, or words that end with a colon, stay with what they announce.
        const carried = current.length > 1 && (heading(current.at(-1)) || /:\s*$/.test(current.at(-1).textContent)) ? [current.pop()] : [];
        result.push(carried);
      }
      result[result.length - 1].push(piece);
      filled += sizes[i];
    });
    return result.filter(blocks => blocks.length).flatMap(blocks => {
      const scale = fits(blocks, SCALES);
      if (scale) return [{ blocks, scale }];
      if (blocks.length > 1) {
        const middle = Math.ceil(blocks.length / 2);
        return [...split(blocks.slice(0, middle)), ...split(blocks.slice(middle))];
      }
      let least = SCALES.at(-1);
      while (least > LEAST && height(blocks, least) > HEIGHT) least -= 0.04;
      return [{ blocks, scale: least }];
    });
  };

  // A formula that is wider than the page is shrunk for good.
  for (const formula of document.querySelectorAll(".slides .formula")) {
    height([formula.cloneNode(true)], 1);
    const svg = ruler.querySelector("svg").getBoundingClientRect().width, room = 1280 - 2 * 56 - 40;
    if (svg > room) formula.style.fontSize = `${Math.floor(100 * room / svg) - 1}%`;
  }

  let title = "";
  for (const section of [...document.querySelectorAll(".slides > section > section")]) {
    const notes = [...section.querySelectorAll(":scope > aside.notes")];
    notes.forEach(note => note.remove());
    const pages = paginate([...section.children]);
    let place = section;
    pages.forEach(({ blocks, scale }, i) => {
      const head = blocks.find(block => /^H[12]$/.test(block.tagName));
      if (head) title = head.textContent;
      const slide = i ? document.createElement("section") : section;
      if (!head && title) {
        const small = document.createElement("p");
        small.className = "continued";
        small.textContent = title;
        blocks.unshift(small);
      }
      while (scale > LEAST && height(blocks, scale) > HEIGHT) scale -= 0.02;
      const box = page(blocks, scale);
      slide.replaceChildren(box);
      if (!i) slide.append(...notes);
      slide.append(...box.querySelectorAll("aside.notes"));
      if (i) { place.after(slide); place = slide; }
    });
  }
  ruler.remove();
  document.querySelectorAll(".page a:not([href])").forEach(link => link.replaceWith(...link.childNodes));

  await Reveal.initialize({
    width: 1280, height: HEIGHT, margin: 0, center: false, hash: true, controls: false, slideNumber: "c/t", transition: "none",
    backgroundTransition: "none", pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1, plugins: [RevealNotes],
  });
  document.documentElement.dataset.deck = "ready";
})();
