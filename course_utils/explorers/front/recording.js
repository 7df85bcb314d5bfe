// An explorer whose pictures were recorded when the page was made (see recording.py); what was not, a worker computes.

import {mount} from './explorer.js';

const SPEED = 20;  // pictures a second
const same = (a, b) => a === b || Math.abs(a - b) < 1e-9;

async function unpacked(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw Error(`${address}: ${answer.status}`);
  const stream = answer.body.pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Reads the numbers of a piece: each array is what was written and the last one of its length.
function readerOf(bytes, wide) {
  const count = bytes.length / wide, last = new Map();
  let from = 0;
  return length => {
    const array = wide === 2 ? new Int16Array(length) : new Uint8Array(length), before = last.get(length);
    for (let i = 0; i < length; i++) {
      const low = bytes[from + i], number = wide === 2 ? low | bytes[count + from + i] << 8 : low;
      array[i] = number + (before ? before[i] : 0);
    }
    from += length;
    last.set(length, array);
    return array;
  };
}

// The pictures of a piece, each {ground, marks, points, status}.
async function picturesOf(address) {
  const bytes = await unpacked(address), end = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const numbers = bytes.subarray(end + 1), points = readerOf(numbers.subarray(0, 2 * head.points), 2);
  const images = readerOf(numbers.subarray(2 * head.points), 1), grounds = [];
  const drawing = (kept, length) => {
    const marks = head.marks[kept].map(mark => ('image' in mark ? {...mark, image: images(mark.image)} : mark));
    return {marks, points: points(length)};
  };
  return head.frames.map(([number, ground, kept, length, status]) => {
    if (ground) grounds[number] = drawing(...ground);
    return {ground: grounds[number], ...drawing(kept, length), status};
  });
}

// What can be moved of what is recorded: the controls of the grid by its steps, and those in which plays differ.
function specOf({spec, grid, plays}) {
  const differ = name => new Set(plays.map(play => play.values[name])).size > 1, controls = {};
  for (const [name, its] of Object.entries(spec.controls)) {
    const list = grid[name];
    if (list && its.options) {
      controls[name] = {...its, options: list, texts: list.map(option => its.texts[its.options.indexOf(option)])};
    } else if (list) controls[name] = {...its, low: list[0], high: list.at(-1), step: list[1] - list[0]};
    else if (differ(name)) controls[name] = its;
  }
  return {...spec, controls, actions: {}};  // what an action leads to was not recorded
}

// A source for `mount`: what is recorded in the folder, and the nearest of it where something else is asked for.
export async function recorded(folder, start = {}) {
  const index = await (await fetch(`${folder}/index.json`)).json(), spec = specOf(index), pieces = new Map();
  const piece = file => pieces.get(file) ?? pieces.set(file, picturesOf(`${folder}/${file}`)).get(file);
  const shown = await piece('first.bin'), calls = new Set();
  let values = {...index.first}, picture = shown[0], playing = false, frame = 0, play = null, asked = 0;
  const changed = () => calls.forEach(call => call());

  const nearest = (name, value) => {
    const list = index.grid[name];
    if (typeof value === 'string') return Math.max(list.indexOf(value), 0);
    return list.reduce((best, other, i) => (Math.abs(other - value) < Math.abs(list[best] - value) ? i : best), 0);
  };
  // How far other values are: whole steps for names, shares of the slider for numbers.
  const far = other => Object.entries(index.spec.controls).reduce((sum, [name, its]) => {
    if (its.options) return sum + 10 * (values[name] !== other[name]);
    return sum + Math.abs(values[name] - other[name]) / (its.high - its.low);
  }, 0);
  const nearestPlay = () => index.plays.reduce((best, other) => (far(other.values) < far(best.values) ? other : best));

  async function onGrid() {
    const names = Object.keys(index.grid), at = names.map(name => nearest(name, values[name]));
    const sizes = names.map(name => index.grid[name].length), split = Math.max(names.length - 2, 0);
    const number = (from, to) => at.slice(from, to).reduce((sum, i, k) => sum * sizes[from + k] + i, 0);
    values = {...index.first, ...Object.fromEntries(names.map((name, i) => [name, index.grid[name][at[i]]]))};
    return (await piece(index.pieces[number(0, split)]))[number(split)];
  }
  // Shows what the controls say, or the nearest that was recorded.
  async function show() {
    const turn = ++asked, state = index.states.findIndex(other => far(other) === 0);
    let found;
    if (state >= 0) found = shown[state + 1];
    else if (index.pieces.length) found = await onGrid();
    else {
      const best = nearestPlay(), pictures = await piece(best.file);
      if (turn !== asked) return;
      [play, frame, values] = [best, 0, {...best.values}];
      found = pictures[0];
    }
    if (turn === asked) picture = found;
    changed();
  }
  async function step() {
    if (!play) { play = nearestPlay(); values = {...play.values}; }
    const here = play, pictures = await piece(play.file);
    if (play !== here) return;
    frame = Math.min(frame + 1, pictures.length - 1);
    picture = pictures[frame];
    if (frame === pictures.length - 1) playing = false;
    changed();
  }
  function run() {
    if (!playing) return;
    const begin = performance.now();
    step().then(() => setTimeout(run, Math.max(5, 1000 / SPEED - (performance.now() - begin))));
  }
  const source = {
    spec,
    state: () => ({values, ground: picture.ground, picture, playing, gone: ''}),
    move: changes => { values = {...values, ...changes}; show(); },
    tell: message => {
      if ('preset' in message) { values = {...index.first, ...spec.presets[message.preset]}; show(); }
      if ('step' in message) step();
      if ('reset' in message) {
        [values, picture, playing, frame, play] = [{...index.first}, shown[0], false, 0, null];
        asked++;
        changed();
      }
      if ('play' in message) {
        const was = playing;
        playing = message.play;
        if (playing && play && frame === play.frames - 1) frame = -1;  // once more from the start
        changed();
        if (playing && !was) run();
      }
    },
    listen: call => { calls.add(call); return () => calls.delete(call); },
  };
  if (Object.keys(start).length) { values = {...values, ...start}; await show(); }
  return source;
}

// The values of a page's address, "#sigma_w=4&layers=3", that the explorer has.
export function linked(spec, hash = location.hash) {
  const found = {};
  for (const [name, value] of new URLSearchParams(hash.slice(1))) {
    const its = spec.controls[name];
    if (its?.options?.includes(value)) found[name] = value;
    else if (its && !its.options && Number.isFinite(Number(value))) found[name] = Math.min(Math.max(Number(value), its.low), its.high);
  }
  return found;
}

// Brings all explorers of a page to life: <div data-explorer="name" data-start="{}"> after the cell with its picture.
export async function bringToLife(folder) {
  for (const here of document.querySelectorAll('[data-explorer]')) {
    const source = await recorded(folder + here.dataset.explorer, JSON.parse(here.dataset.start ?? '{}'));
    const words = here.previousElementSibling, picture = words?.previousElementSibling?.querySelector('.cell_output');
    if (picture) picture.hidden = words.hidden = true;
    mount(here, source);
    const asked = linked(source.spec);
    if (Object.keys(asked).length) source.move(asked);
    if (here.dataset.play !== undefined) source.tell({play: true});
  }
}
