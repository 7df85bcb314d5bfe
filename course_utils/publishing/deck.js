// Lay the blocks of each <section> out on slides of 1280 x 720: shrink a little, then part, then start reveal.js.
(async () => {
  const forTheRoom = "plan" in document.documentElement.dataset;  // set no smaller than 28 px
  const HEIGHT = 720, ROOM = 1280 - 2 * 56, SCALES = forTheRoom ? [1.2, 1.1, 1, 0.94] : [1, 0.94, 0.88, 0.82];
  const LEAST = forTheRoom ? 0.94 : 0.5;
  const CODE = [24, 22, 20, 18, 16], LAID_OUT = 18;  // pixels; the least is for lines that would not fit otherwise
  const LETTER = 0.602;  // how wide a letter of code is for its size
  const CONTINUED = 46;  // the height of the small title of a slide that goes on with a section

  await MathJax.startup.promise;
  await Promise.all([...document.images].map(image => image.decode().catch(() => {})));

  // The speaker's window has no style of ours: what is for screen readers would be read there twice.
  document.querySelectorAll("aside.notes mjx-assistive-mml").forEach(words => words.remove());

  // On a phone a deck is one page to scroll, in letters of its size.
  if (matchMedia("(max-width: 600px)").matches && !location.search.includes("print-pdf")) {
    document.documentElement.classList.add("scroll");
    document.querySelectorAll(".slides section section").forEach(slide => slide.classList.add("page"));
    for (const box of document.querySelectorAll(".formula, .page pre, .page table"))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;  // it scrolls: let the keyboard reach it
    await bringToLife();
    document.documentElement.dataset.deck = "ready";
    return;
  }

  const slides = document.querySelector(".slides");
  slides.style.display = "none";  // while blocks are measured elsewhere, nothing else is laid out
  const ruler = document.createElement("div");
  ruler.id = "deck-measure";
  ruler.className = "reveal";
  document.body.append(ruler);

  const page = (blocks, scale, code) => {
    const box = document.createElement("div");
    box.className = "page";
    box.style.fontSize = `${scale}em`;
    box.style.setProperty("--code", `${code}px`);
    box.append(...blocks);
    return box;
  };
  const titled = blocks => blocks.some(block => /^H[12]$/.test(block.tagName));
  const height = (blocks, scale, code = LAID_OUT) => {
    const box = page(blocks, scale, code);
    ruler.replaceChildren(box);
    return box.offsetHeight + (titled(blocks) ? 0 : CONTINUED);
  };
  const fit = (blocks, scale) => height(blocks, scale) <= HEIGHT;
  const best = blocks => SCALES.find(scale => fit(blocks, scale)) ?? least(blocks);

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
  // How long the lines of its code and output are.
  const lines = block => [block, ...block.querySelectorAll("pre")].filter(part => part.matches("pre"))
    .flatMap(pre => pre.textContent.split("\n").map(line => line.length));

  // Pages of blocks: a block that starts a page of its own, then as few pages as hold the rest, evenly filled.
  const paginate = blocks => {
    const groups = [[]];
    for (const block of blocks) {
      const alone = block.hasAttribute("data-page");
      if (alone && !fit([...groups.at(-1), block], SCALES.at(-1))) groups.push([]);
      groups.at(-1).push(block);
      if (alone) groups.push([]);
    }
    return groups.filter(group => group.length).flatMap(split);
  };
  const split = group => {
    if (fit(group, SCALES.at(-1))) return [group];
    const pieces = group.flatMap(block => (height([block], 0.88) > HEIGHT * 0.6 ? parts(block) : [block]));
    // cheapest[n]: the pages of the first n pieces that cost least. What announces the next piece should end no page:
    // a heading, words all bold or with a colon at their end, code before its output.
    const announces = (block, next) => /^H[1-6]$/.test(block.tagName) || /:\s*$/.test(block.textContent)
      || (block.childNodes.length === 1 && block.firstChild.nodeName === "STRONG")
      || (block.matches(".code") && next.matches(".printed, img"));
    const cheapest = [{ cost: 0, pages: [] }];
    for (let end = 1; end <= pieces.length; end++) {
      for (let start = end - 1; start >= 0; start--) {
        const blocks = pieces.slice(start, end);
        if (blocks.length > 1 && !fit(blocks, SCALES.at(-1))) break;
        const empty = Math.max(0, 1 - height(blocks, 1) / HEIGHT), next = pieces[end];
        const cost = cheapest[start].cost + 1 + empty ** 2 + (next && announces(blocks.at(-1), next) ? 0.6 : 0);
        if (cheapest[end] && cheapest[end].cost <= cost) continue;
        cheapest[end] = { cost, pages: [...cheapest[start].pages, blocks] };
      }
    }
    return cheapest.at(-1).pages;
  };
  // The scale of a block that is too high for a page on its own.
  const least = blocks => {
    let scale = SCALES.at(-1);
    while (scale > LEAST && !fit(blocks, scale)) scale -= 0.04;
    return scale;
  };

  // A formula that is wider than the page is shrunk for good.
  for (const formula of document.querySelectorAll(".slides .formula")) {
    height([formula.cloneNode(true)], Math.max(1, SCALES[0]));
    const widest = Math.max(...[...ruler.querySelectorAll("svg")].map(svg => svg.getBoundingClientRect().width));
    if (widest > ROOM - 40) formula.style.fontSize = `${Math.floor(100 * (ROOM - 40) / widest) - 1}%`;
  }

  let title = "";
  for (const section of [...document.querySelectorAll(".slides > section > section")]) {
    const notes = [...section.querySelectorAll(":scope > aside.notes")];
    notes.forEach(note => note.remove());
    const pages = paginate([...section.children]);
    let place = section;
    pages.forEach((blocks, i) => {
      const scale = best(blocks);
      const head = blocks.find(block => /^H[12]$/.test(block.tagName)), longest = Math.max(0, ...blocks.flatMap(lines));
      const wide = size => longest * LETTER * size > ROOM - 1.6 * size - 8;  // its padding and edge
      const code = CODE.find(size => !wide(size) && height(blocks, scale, size) <= HEIGHT) ?? LAID_OUT;
      if (head) title = head.textContent;
      // What a page begins with is there at once, else the page would be empty at first.
      (/^[OU]L$/.test(blocks[0].tagName) ? blocks[0].firstElementChild : blocks[0]).classList.remove("fragment");
      const slide = i ? document.createElement("section") : section;
      if (!head && title) {
        const small = document.createElement("p");
        small.className = "continued";
        small.textContent = title;
        blocks.unshift(small);
      }
      const box = page(blocks, scale, code);
      slide.replaceChildren(box);
      if (!i) slide.append(...notes);
      slide.append(...box.querySelectorAll("aside.notes"));
      if (i) { place.after(slide); place = slide; }
    });
  }
  ruler.remove();
  slides.style.display = "";
  document.querySelectorAll(".page a:not([href])").forEach(link => link.replaceWith(...link.childNodes));

  await Reveal.initialize({
    width: 1280, height: HEIGHT, margin: 0, center: false, hash: true, controls: false, slideNumber: "c/t", transition: "none",
    backgroundTransition: "none", pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1, plugins: [RevealNotes],
  });
  await bringToLife();
  document.documentElement.dataset.deck = "ready";

  // A page that is opened as a file cannot fetch recordings: there an explorer's picture stays.
  async function bringToLife() {
    if (location.protocol === "file:" || !document.querySelector("[data-explorer]")) return;
    const folder = new URL("static/explorers/", location.href).href, look = document.createElement("link");
    Object.assign(look, {rel: "stylesheet", href: `${folder}explorer.css`});
    document.head.append(look);
    const recording = await import(`${folder}recording.js`);
    await recording.bringToLife(folder);
    if (!Reveal.isReady?.()) return;
    // What is not shown has no height, so an explorer is fitted when its slide comes up.
    const fitLive = slide => {
      const live = slide?.querySelector(".explorer .course-live"), page = slide?.querySelector(".page");
      for (let width = 960; live && width >= 660; width -= 20) {
        live.style.maxWidth = `${width}px`;
        if (page.offsetHeight <= HEIGHT + 20) break;  // of the page's padding, 40 px, half may be used
      }
    };
    Reveal.on("slidechanged", event => fitLive(event.currentSlide));
    fitLive(Reveal.getCurrentSlide());
  }
})();
