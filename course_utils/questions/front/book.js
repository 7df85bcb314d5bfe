// Questions of the web book, whose choices stay in the browser that reads it.

import {ask} from './question.js';

const KEPT = 'course-answers';
const UNKEPT = 'This browser keeps nothing for this page: the choice counts until you leave it.';

function stored() {
  try { return JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { return {}; }
}

function sourceOf(spec) {
  let note = '', call = () => {};
  return {
    spec,
    known: () => Object.fromEntries(spec.questions.map(({id}) => [id, stored()[id] ?? []])),
    note: () => note,
    keep: (id, key) => {
      const all = stored();
      try {
        localStorage.setItem(KEPT, JSON.stringify({...all, [id]: [...(all[id] ?? []), key]}));
      } catch {
        note = UNKEPT;
        call();
      }
    },
    listen: heard => {
      call = heard;
      addEventListener('storage', heard);  // chosen on another page of the book
      return () => removeEventListener('storage', heard);
    },
  };
}

addEventListener('DOMContentLoaded', () => {
  for (const place of document.querySelectorAll('.course-question[data-spec]')) {
    const bytes = Uint8Array.from(atob(place.dataset.spec), letter => letter.charCodeAt(0));
    ask(place, sourceOf(JSON.parse(new TextDecoder().decode(bytes))));
  }
});
