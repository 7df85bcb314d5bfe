// An explorer on a page: picture, controls and sentence, whatever gives it pictures.

import {Picture} from './picture.js';
import {nodesOf, runsOf} from './text.js';

const HEARD = 2000;  // milliseconds between two announcements, at least
const OURS = 500;  // milliseconds in which a control stays where the hand has put it
const SEGMENTS = 20;  // letters of options that stand side by side; more are a list

function make(tag, properties = {}, ...children) {
  const {data = {}, aria = {}, ...rest} = properties, element = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(name === 'role' ? name : `aria-${name}`, value);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}

// JupyterLab's own keys are not for what has the focus here.
const ours = {data: {lmSuppressShortcuts: 'true'}};
const plain = text => runsOf(text).map(run => run.text).join('');
const same = (a, b) => a === b || Math.abs(a - b) < 1e-9;

// A slider with its value, or options to choose from. Returns {element, value, show(value)}.
function controlOf(name, its, key, changed) {
  const id = `course-${key}-${name}`, label = nodesOf(its.label);
  if (its.options && its.options.join('').length <= SEGMENTS) {
    const options = its.options.map(option => make('input', {...ours, type: 'radio', name: id, value: option}));
    options.forEach(input => input.addEventListener('change', () => changed(input.value)));
    const labels = options.map((input, i) => make('label', {}, input, make('span', {}, ...nodesOf(its.texts[i]))));
    const group = make('div', {className: 'course-segments', aria: {role: 'radiogroup', labelledby: id}}, ...labels);
    return {
      element: make('div', {className: 'course-control'}, make('span', {id, className: 'course-label'}, ...label), group),
      show: value => options.forEach(input => { input.checked = input.value === value; }),
    };
  }
  const head = make('label', {htmlFor: id, className: 'course-label'}, ...label);
  if (its.options) {
    const options = its.options.map((option, i) => make('option', {value: option}, its.texts[i]));
    const list = make('select', {...ours, id}, ...options);
    list.addEventListener('change', () => changed(list.value));
    return {
      element: make('div', {className: 'course-control'}, head, list), show: value => { list.value = value; },
    };
  }
  const text = value => value.toFixed(its.digits);
  const slider = make('input', {...ours, id, type: 'range', min: its.low, max: its.high, step: its.step});
  const shown = make('output', {className: 'course-value', aria: {hidden: true}});
  const show = value => {
    slider.value = value;
    slider.setAttribute('aria-valuetext', shown.textContent = text(Number(value)));
    slider.style.setProperty('--share', `${100 * (value - its.low) / (its.high - its.low)}%`);
  };
  slider.addEventListener('input', () => { show(slider.value); if (its.eager) changed(Number(slider.value)); });
  slider.addEventListener('change', () => { if (!its.eager) changed(Number(slider.value)); });
  return {element: make('div', {className: 'course-control'}, head, shown, slider), show};
}

// Returns what says the value of a map at a place of it, in shares from the left and from below.
function readerOf({controls, all = controls, plane: {x, y, maps: {names, sizes, halves}}}) {
  const accuracies = Uint8Array.from(atob(halves), letter => letter.charCodeAt(0));
  const kinds = names.map(name => all[name].options), each = kinds.slice(2).reduce((n, options) => n * options.length, 1);
  return (values, across, up) => {
    const at = names.map((name, i) => kinds[i].indexOf(values[name] ?? kinds[i][0]));
    const kind = at[0] * kinds[1].length + at[1], [rows, columns] = sizes[kind];
    const before = sizes.slice(0, kind).reduce((sum, [r, c]) => sum + r * c * each, 0);
    // The squares lie around the points of the grid, which reaches from the first step of its slider to the last.
    const share = ([name, low, high], part, count) => {
      const value = low + part * (high - low), its = all[name];
      return Math.min(Math.max(Math.round((value - its.low) / (its.high - its.low) * (count - 1)), 0), count - 1);
    };
    const [column, row] = [share(x, across, columns), share(y, up, rows)];
    const number = (at[2] * kinds[3].length + at[3]) * rows * columns + row * columns + column;
    const point = ([name], i, count) => {
      const its = all[name];
      return (its.low + i * (its.high - its.low) / (count - 1)).toFixed(2).replace(/\.?0+$/, '');
    };
    const percent = accuracies[before + number] / 2;
    return `$\\sigma_w$ = ${point(x, column, columns)}, $\\sigma_b$ = ${point(y, row, rows)}: ${values.part ?? kinds[3][0]} ${percent} %`;
  };
}

// Builds an explorer in an element. `source` has
//   spec      {title, size, cut, controls {name: its}, presets {text: {name: value}}, actions {word: text}, plays, plane}
//   state()   {values, ground, picture, playing, gone}: what there is to show now; picture has `status`, a sentence
//   move(values), tell(message)   what a hand has done: {preset}, {play}, {step}, {reset}
//   listen(call)   calls when `state()` has changed; returns what ends that
// Returns what takes it away.
export function mount(element, source) {
  const {spec} = source, key = Math.random().toString(36).slice(2);  // other modules have explorers on this page, too
  const canvas = make('canvas', {
    className: 'course-picture',
    aria: {role: 'img', label: `${plain(spec.title)}: the sentence below says what the picture shows`},
  });
  const sentence = make('p', {className: 'course-sentence'}), said = make('div', {className: 'course-said', aria: {role: 'status'}});
  const picture = new Picture(canvas, spec.size, spec.cut);
  const button = (text, act, properties) => {
    const one = make('button', {...ours, type: 'button', ...properties}, ...nodesOf(text));
    one.addEventListener('click', act);
    return one;
  };

  let values = {}, moved = {}, playing = false;
  const controls = {};
  for (const [name, its] of Object.entries(spec.controls))
    controls[name] = controlOf(name, its, key, value => move({[name]: value}));
  // What a hand has done shows at once; `moved` says when, so that an older answer does not undo it.
  function take(changes) {
    for (const [name, value] of Object.entries(changes)) {
      values[name] = value;
      moved[name] = performance.now();
      controls[name]?.show(value);  // a recording has not all of them
    }
    fit();
  }
  function move(changes) { take(changes); source.move(changes); }
  // What shows beside the values: which preset they are, and the controls that change anything with them.
  function fit() {
    markPresets();
    for (const [name, {only}] of Object.entries(spec.controls))
      if (only) controls[name].element.style.visibility = only[1].includes(values[only[0]]) ? '' : 'hidden';  // none moves
  }
  const presets = Object.entries(spec.presets).map(([text, changes]) => ({
    changes, button: button(text, () => { take(changes); source.tell({preset: text}); }),
  }));
  function markPresets() {
    const said = preset => Object.keys(preset.changes).length;
    const fits = presets.filter(p => Object.entries(p.changes).every(([name, value]) => same(values[name], value)));
    const active = fits.sort((one, other) => said(other) - said(one))[0];  // the one that says most
    for (const preset of presets) preset.button.setAttribute('aria-pressed', preset === active);
  }

  const play = spec.plays && button('Play', () => { showPlaying(!playing); source.tell({play: playing}); }, {className: 'course-play'});
  function showPlaying(now) {
    playing = now;
    if (!play) return;
    play.textContent = playing ? 'Pause' : 'Play';
    play.classList.toggle('course-on', playing);
  }
  const going = spec.plays ? [play, button('Step', () => source.tell({step: null}))] : [];
  for (const [word, text] of Object.entries(spec.actions)) going.push(button(text, () => source.tell({step: word})));
  const reset = button('Reset', () => { moved = {}; source.tell({reset: true}); }, {className: 'course-reset'});
  const choices = make('div', {className: 'course-segments', aria: {role: 'group', label: 'Starts'}}, ...presets.map(p => p.button));
  const boxes = Object.values(controls).map(control => control.element);
  element.classList.add('course-explorer');
  element.setAttribute('role', 'group');
  element.setAttribute('aria-label', plain(spec.title));
  element.append(
    canvas, make('div', {className: 'course-row'}, ...going, choices, reset), make('div', {className: 'course-controls'}, ...boxes),
    sentence, said,
  );

  // What is said aloud is the newest sentence, but not at every picture.
  let heard = -Infinity, waiting = 0;
  function say(text) {
    clearTimeout(waiting);
    const wait = heard + HEARD - performance.now();
    if (said.textContent === text) return;
    if (wait > 0) waiting = setTimeout(say, wait, text);
    else { said.textContent = text; heard = performance.now(); }
  }

  let shown, due = 0;
  function show() {
    due = 0;
    const state = source.state();
    for (const [name, value] of Object.entries(state.values))
      if (!same(value, values[name]) && !(performance.now() - moved[name] < OURS)) {
        values[name] = value;
        controls[name]?.show(value);
      }
    fit();
    showPlaying(state.playing);
    const status = state.gone ? `${state.gone} ${state.picture.status}` : state.picture.status;
    if (shown !== status) {
      sentence.replaceChildren(...nodesOf(shown = status));
      say(plain(status));
    }
    const {width} = canvas.getBoundingClientRect();
    if (!width || !state.picture.marks) return;
    picture.fit(width);
    element.classList.toggle('course-narrow', picture.strips.length > 1);
    picture.show(state.ground, state.picture);
  }
  const soon = () => { due ||= requestAnimationFrame(show); };

  // What is pressed takes the next of its options.
  canvas.addEventListener('click', event => {
    const name = picture.pressed(event), {options} = spec.controls[name] ?? {};
    if (options) move({[name]: options[(options.indexOf(values[name]) + 1) % options.length]});
  });
  if (!spec.plane)
    canvas.addEventListener('pointermove', event => { canvas.style.cursor = picture.pressed(event) ? 'pointer' : ''; });
  if (spec.plane) {
    const {area: [left, top, right, bottom], x, y} = spec.plane;
    const within = ([across, down]) => across >= left && across <= right && down >= top && down <= bottom;
    const valueAt = ([name, low, high], share) => {
      const its = spec.controls[name], steps = Math.round((low + share * (high - low) - its.low) / its.step);
      return Number(Math.min(Math.max(its.low + steps * its.step, its.low), its.high).toFixed(its.digits));
    };
    const go = event => {
      const place = picture.placeOf(event);
      if (!within(place)) return;
      const [across, up] = [(place[0] - left) / (right - left), (bottom - place[1]) / (bottom - top)];
      const changes = {[x[0]]: valueAt(x, across), [y[0]]: valueAt(y, up)};
      if (Object.entries(changes).every(([name, value]) => same(values[name], value))) return;
      move(changes);
      if (spec.plays && !playing) { showPlaying(true); source.tell({play: true}); }
    };
    // What the map says under the pointer, near it.
    const near = make('div', {className: 'course-hover', hidden: true, aria: {hidden: true}});
    element.append(near);
    const read = spec.plane.maps && readerOf(spec);
    const tell = event => {
      const place = picture.placeOf(event), inside = within(place);
      canvas.style.cursor = inside ? 'pointer' : '';
      near.hidden = !inside || !read;
      if (near.hidden) return;
      const [across, up] = [(place[0] - left) / (right - left), (bottom - place[1]) / (bottom - top)];
      const says = read(values, across, up), [at, box] = [element.getBoundingClientRect(), canvas.getBoundingClientRect()];
      near.replaceChildren(...nodesOf(says));
      near.style.left = `${Math.min(event.clientX - at.left + 14, box.width - near.offsetWidth)}px`;
      near.style.top = `${event.clientY - at.top + (event.clientY > box.top + 40 ? -34 : 18)}px`;
    };
    canvas.addEventListener('pointerdown', event => { if (event.button === 0) go(event); });
    canvas.addEventListener('pointermove', event => {
      tell(event);
      if (event.buttons === 1) go(event);
    });
    canvas.addEventListener('pointerleave', () => { near.hidden = true; });
  }

  const deaf = source.listen(soon), watch = new ResizeObserver(soon), ending = new AbortController();
  watch.observe(canvas);
  // The page's colours are given to this element with a transition, which tells when they change: twice, as where it is
  // cut short the colours come a little later.
  for (const kind of ['transitionend', 'transitioncancel'])
    element.addEventListener(kind, ({target}) => {
      if (target === element) [50, 400].forEach(wait => setTimeout(soon, wait));
    }, {signal: ending.signal});
  show();
  return () => {
    deaf();
    watch.disconnect();
    ending.abort();
    clearTimeout(waiting);
    cancelAnimationFrame(due);
  };
}
