// Questions whose choices a kernel keeps, as an anywidget.

import {ask} from './question.js';

const LOST = 'The kernel has ended, so this is not kept: run the cell again.';

function sourceOf(model) {
  let gone = '';
  return {
    spec: model.get('spec'),
    known: () => model.get('chosen'),
    note: () => gone || model.get('note'),
    keep: (id, key) => {
      const chosen = model.get('chosen');
      model.set('chosen', {...chosen, [id]: [...(chosen[id] ?? []), key]});
      model.save_changes();
    },
    listen: call => {
      const lost = () => { gone = LOST; call(); };
      model.on('change', call);
      model.on('comm_live_update', lost);
      return () => { model.off('change', call); model.off('comm_live_update', lost); };
    },
  };
}

// A notebook keeps the question in fixed words; where a kernel lives they come alive.
function initialize({model}) {
  const {ask: kind, about} = model.get('about'), source = sourceOf(model), ends = [];
  function look() {
    for (const place of document.querySelectorAll('.course-question:not(.course-live-question)'))
      if (place.dataset.ask === kind && place.dataset.about === about) ends.push(ask(place, source));
  }
  const watch = new MutationObserver(look);
  watch.observe(document.body, {subtree: true, childList: true});
  look();
  return () => { watch.disconnect(); ends.forEach(end => end()); };
}

function render({model, el}) {
  const here = document.createElement('div');
  here.className = 'course-question';
  el.append(here);
  return ask(here, sourceOf(model));
}

export default {initialize, render};
