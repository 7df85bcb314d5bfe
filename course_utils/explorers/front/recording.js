// An explorer whose pictures were recorded when the page was made (see recording.py); what was not, a worker computes.

import {mount} from './explorer.js';
import {live} from './python.js';

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
    if (ground) grounds[number] = {...drawing(...ground), key: ground[2]};
    return {ground: grounds[number], ...drawing(kept, length), status};
  });
}

// What can be moved: all where Python can be had, else the controls of the grid by its steps, and those in which plays
// differ.
function specOf({spec, grid, plays, python}) {
  if (python) return spec;

  const differ = name => new Set(plays.map(play => play.values[name])).size > 1, controls = {};
  for (const [name, its] of Object.entries(spec.controls)) {
    const list = grid[name];
    if (list && its.options) {
      controls[name] = {...its, options: list, texts: list.map(option => its.texts[its.options.indexOf(option)])};
    } else if (list) controls[name] = {...its, low: list[0], high: list.at(-1), step: list[1] - list[0]};
    else if (differ(name)) controls[name] = its;
  }
  // What an action leads to was not recorded; a map is read by all controls, also by those that cannot be moved.
  return {...spec, controls, actions: {}, all: spec.controls};
}

// What is fetched of a folder before a hand comes: its index, and its first pictures. It can be asked for early.
const begun = new Map();
export function begin(folder) {
  if (!begun.has(folder))
    begun.set(folder, [fetch(`${folder}/index.json`).then(answer => answer.json()), picturesOf(`${folder}/first.bin`)]);
  return begun.get(folder);
}

// A source for `mount`: what is recorded in the folder; where a hand goes beyond that, Python shows it in this page, if
// the book has it (`python` in the index), and until then, or else, the nearest that is recorded is seen.
export async function recorded(folder, start = {}) {
  const [read, first] = begin(folder), index = await read, spec = specOf(index), grounds = new Map();
  const pieces = new Map([['first.bin', first]]);
  async function piece(file) {
    if (!pieces.has(file)) pieces.set(file, picturesOf(`${folder}/${file}`));
    const pictures = await pieces.get(file);
    for (const {ground} of pictures) if (!grounds.has(ground.key)) grounds.set(ground.key, ground);
    return pictures;
  }
  const name = folder.split('/').at(-1), shown = await piece('first.bin'), calls = new Set();
  let values = {...index.first}, picture = shown[0], playing = false, frame = 0, play = null, asked = 0;
  let python = null, beyond = false;  // the explorer in this page, and whether it is what shows
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
  const names = Object.keys(index.grid);
  const gridded = () => ({...index.first, ...Object.fromEntries(names.map(name => [name, index.grid[name][nearest(name, values[name])]]))});
  const fits = other => far(other) < 1e-9;
  const isRecorded = () => index.states.some(fits) || index.plays.some(other => fits(other.values))
    || fits(index.first) || (index.pieces.length > 0 && fits(gridded()));

  async function onGrid() {
    const at = names.map(name => nearest(name, values[name]));
    const sizes = names.map(name => index.grid[name].length), split = Math.max(names.length - 2, 0);
    const number = (from, to) => at.slice(from, to).reduce((sum, i, k) => sum * sizes[from + k] + i, 0);
    return (await piece(index.pieces[number(0, split)]))[number(split)];
  }
  // Shows what is recorded for the controls, or the nearest; `stay` leaves the controls where they are.
  async function show(stay = false) {
    const turn = ++asked, state = index.states.findIndex(fits);
    let found, best = null;
    if (state >= 0) found = shown[state + 1];
    else if (index.pieces.length) {
      found = await onGrid();
      if (!stay && turn === asked) values = gridded();
    } else {
      best = nearestPlay();
      found = (await piece(best.file))[0];
    }
    if (turn !== asked) return;
    if (best && !stay) [play, frame, values] = [best, 0, {...best.values}];
    picture = found;
    changed();
  }
  async function step() {
    if (!play) { play = nearestPlay(); values = {...play.values}; }
    const here = play, pictures = await piece(play.file);
    if (play !== here || beyond) return;
    frame = Math.min(frame + 1, pictures.length - 1);
    picture = pictures[frame];
    if (frame === pictures.length - 1) playing = false;
    changed();
  }
  function run() {
    if (!playing || beyond) return;
    const begin = performance.now();
    step().then(() => setTimeout(run, Math.max(5, 1000 / SPEED - (performance.now() - begin))));
  }

  // Python takes over; `done` frames of an animation have been seen.
  function goBeyond(done = 0) {
    const before = values;
    if (!beyond) python ??= live(name, before, changed);
    [beyond, playing] = [true, false];
    python.tell({move: before});
    for (let i = 0; i < done; i++) python.tell({step: null});
  }
  function comeBack() {
    if (beyond && spec.plays) python.tell({play: false});
    beyond = false;
  }
  function move(changes) {
    const only = Object.keys(changes).every(name => spec.views.includes(name)), before = play ? frame : 0;
    values = {...values, ...changes};
    if (beyond && only) python.tell({move: values});
    else if (index.python && !isRecorded()) {
      const on = playing;
      if (beyond) python.tell({move: values});
      else goBeyond(only ? before : 0);
      if (on && only) python.tell({play: true});
      play = null;
      if (!python.state() && !only) show(true);
      changed();
    } else {
      comeBack();
      [play, frame, playing] = [null, 0, playing && only];
      show();
    }
  }
  // What Python shows, once it is what was asked for.
  const there = () => (beyond ? python.state() : null);
  function state() {
    const now = there();
    if (!now) return {values, ground: picture.ground, picture, playing, gone: beyond ? python.how() : ''};
    const ground = grounds.get(now.ground.key) ?? now.ground;
    return {values: python.idle() ? now.value : values, ground, picture: now.picture, playing: now.playing, gone: python.how()};
  }
  const source = {
    spec, state, move,
    tell: message => {
      if ('preset' in message) move({...(index.python ? {} : index.first), ...spec.presets[message.preset]});
      if ('step' in message) {
        if (message.step && !beyond) goBeyond(play ? frame : 0);
        if (beyond) python.tell(message);
        else step();
      }
      if ('reset' in message) {
        comeBack();
        [values, picture, playing, frame, play] = [{...index.first}, shown[0], false, 0, null];
        asked++;
        changed();
      }
      if ('play' in message) {
        if (beyond) { python.tell(message); return; }
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

// The places of a page's explorers, each as soon as the browser has read so far.
async function* placesOf() {
  const given = new Set();
  for (;;) {
    const whole = document.readyState !== 'loading';
    for (const here of document.querySelectorAll('[data-explorer]')) if (!given.has(here)) { given.add(here); yield here; }
    if (whole) return;
    await new Promise(done => {
      const watch = new MutationObserver(() => { watch.disconnect(); done(); });
      watch.observe(document, {subtree: true, childList: true});
      document.addEventListener('DOMContentLoaded', done, {once: true});
    });
  }
}

// Brings all explorers of a page to life: <div data-explorer="name" data-start="{}"> after the cell with its picture.
export async function bringToLife(folder) {
  for await (const here of placesOf()) {
    const source = await recorded(folder + here.dataset.explorer, JSON.parse(here.dataset.start ?? '{}'));
    const words = here.previousElementSibling, picture = words?.previousElementSibling?.querySelector('.cell_output');
    if (picture) picture.hidden = words.hidden = true;
    mount(here, source);
    const asked = linked(source.spec);
    if (Object.keys(asked).length) source.move(asked);
    if (here.dataset.play !== undefined) source.tell({play: true});
  }
}
