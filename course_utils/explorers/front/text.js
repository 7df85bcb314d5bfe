// Text with mathematics: "$\sigma_w$" is a sigma with an index, on the canvas as in the page.

const SIGNS = {
  alpha: 'α', beta: 'β', chi: 'χ', delta: 'δ', eta: 'η', lambda: 'λ', phi: 'φ', varphi: 'φ', sigma: 'σ', theta: 'θ', pi: 'π',
  Delta: 'Δ', Sigma: 'Σ', cdot: '·', times: '×', leq: '≤', geq: '≥', approx: '≈', pm: '±', top: '⊤', infty: '∞', to: '→',
};
const TOKEN = /\\([A-Za-z]+)|([_^])(\{[^{}]*\}|\\[A-Za-z]+|.)|([A-Za-z])|([^\\_^A-Za-z{}]+)|[{}]/gy;

// The pieces of a text: {text, italic, level}, where level is -1 for an index and 1 for an exponent.
export function runsOf(text) {
  const runs = [];
  const add = (piece, italic, level) => {
    const last = runs.at(-1);
    if (last && last.italic === italic && last.level === level) last.text += piece;
    else if (piece) runs.push({text: piece, italic, level});
  };
  const mathematics = (source, level) => {
    for (const [, name, shift, raised, letter, rest] of source.matchAll(TOKEN)) {
      if (name) add(SIGNS[name] ?? name, /^[a-z]/.test(name) && name in SIGNS, level);
      else if (shift) mathematics(raised.replace(/^\{|\}$/g, ''), shift === '_' ? -1 : 1);
      else if (letter) add(letter, true, level);
      else if (rest) add(rest.replaceAll('-', '−').replaceAll("'", '′'), false, level);
    }
  };
  text.split('$').forEach((part, i) => (i % 2 ? mathematics(part, 0) : add(part, false, 0)));
  return runs;
}

// The same as nodes of the page.
export function nodesOf(text) {
  return runsOf(text).map(({text: piece, italic, level}) => {
    const node = document.createElement(level < 0 ? 'sub' : level > 0 ? 'sup' : italic ? 'i' : 'span');
    node.textContent = piece;
    if (level && italic) node.style.fontStyle = 'italic';
    return node;
  });
}

// Writes on a canvas from where it is, along its x axis; `align` is left, center or right, `most` the width to keep to.
export function writeOn(pen, text, {size, weight, family, align, most}) {
  const set = (run, px) => {
    pen.font = `${run.italic ? 'italic' : 'normal'} ${weight} ${run.level ? 0.72 * px : px}px ${family}`;
  };
  const runs = runsOf(text);
  const widths = px => runs.map(run => (set(run, px), pen.measureText(run.text).width));
  const sum = list => list.reduce((a, b) => a + b, 0);
  let px = size, each = widths(px);
  if (most && sum(each) > most) each = widths(px *= most / sum(each));
  let x = {left: 0, center: -sum(each) / 2, right: -sum(each)}[align];
  runs.forEach((run, i) => {
    set(run, px);
    pen.fillText(run.text, x, run.level < 0 ? 0.22 * px : run.level > 0 ? -0.36 * px : 0);
    x += each[i];
  });
}
