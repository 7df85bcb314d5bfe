// An explorer whose pictures a kernel gives, as an anywidget.

import {mount} from './explorer.js';

const LOST = 'The kernel has ended: run this cell again.';
const TAIL = 64;  // characters of a picture's address that hold the name at its end

function sourceOf(model) {
  const spec = model.get('spec'), names = Object.keys(spec.controls);
  let gone = '';
  return {
    spec,
    state: () => ({
      values: Object.fromEntries(names.map(name => [name, model.get(name)])),
      ground: model.get('ground'), picture: model.get('picture'), playing: model.get('playing') && !gone, gone,
    }),
    move: values => {
      for (const [name, value] of Object.entries(values)) model.set(name, value);
      model.save_changes();
    },
    tell: message => model.send(message),
    listen: call => {
      const lost = () => { gone = LOST; call(); };
      model.on('change', call);
      model.on('comm_live_update', lost);
      return () => { model.off('change', call); model.off('comm_live_update', lost); };
    },
  };
}

// A notebook keeps a picture, which is what is seen where no kernel lives. Where one does, it comes alive: the picture of
// this model has the model's name near its end, and the explorer takes its place.
function initialize({model}) {
  const name = model.get('name'), source = sourceOf(model), known = new WeakMap(), ends = [];
  function look() {
    for (const image of document.images) {
      const address = image.getAttribute('src') ?? '';
      if (known.get(image) === address.length || !address.startsWith('data:image/png;base64,')) continue;
      known.set(image, address.length);
      if (!atob(address.trimEnd().slice(-TAIL)).includes(name)) continue;
      const here = document.createElement('div');
      image.hidden = true;
      image.style.display = 'none';
      image.after(here);
      ends.push(mount(here, source));
    }
  }
  const watch = new MutationObserver(look);
  watch.observe(document.body, {subtree: true, childList: true, attributeFilter: ['src']});
  look();
  return () => { watch.disconnect(); ends.forEach(end => end()); };
}

function render({model, el}) {
  const here = document.createElement('div');
  el.append(here);
  return mount(here, sourceOf(model));
}

export default {initialize, render};
