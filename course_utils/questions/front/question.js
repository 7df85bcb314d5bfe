// A question on a page: what is asked, what was chosen, and what that deserves to hear. A click shows at once; a source
// keeps it. What is chosen counts for all questions of the page, so that a recall opens when its prediction is made.

const NOTED = 'Noted. Read on: what follows settles it.';
const CHOSEN = 'course-chosen';  // the event when something was chosen

// {question: keys of the options chosen on this page or known by a source, oldest first}
const answers = window.courseAnswers ??= new Map();
const chosenOf = id => answers.get(id) ?? [];

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
const html = (tag, text, className = '') => make(tag, {innerHTML: text, className});

// The newest reply to a choice, as paragraphs.
function replyOf(option) { return `${option.right ? 'Yes. ' : ''}${option.reply}`; }

// One question with its options. Returns {element, show()}.
function asked(question, {lead, choose}) {
  const judged = question.reveal === 'never';
  const buttons = question.options.map(option => {
    const button = html('button', option.text, 'course-option');
    button.type = 'button';
    button.addEventListener('click', () => choose(question.id, option.key));
    return button;
  });
  const status = make('div', {className: 'course-reply', role: 'status'});
  const group = make('div', {className: judged ? 'course-judged' : 'course-options', role: 'group', ariaLabel: question.id}, ...buttons);
  const element = make('div', {className: 'course-asked'}, html('p', `<b>${lead}</b> ${question.text}`), group, status);
  function show(note) {
    const last = chosenOf(question.id).at(-1), option = question.options.find(one => one.key === last);
    buttons.forEach((button, i) => { button.ariaPressed = String(question.options[i] === option); });
    const reply = {never: `Noted: ${last}.`, later: NOTED}[question.reveal];
    status.innerHTML = option ? `<p>${reply ?? replyOf(option)}</p>` : '';
    if (note) status.append(make('p', {textContent: note}));
    status.hidden = !option && !note;
  }
  return {element, show};
}

// What was chosen, the reply to it and what holds; closed before there is a choice.
function lookedBack(question) {
  const element = make('div', {className: 'course-asked'}), options = question.options;
  function show() {
    const chosen = chosenOf(question.id).map(key => options.find(one => one.key === key));
    element.replaceChildren(html('p', `<b>Recall:</b> ${question.text}`));
    if (!chosen.length) {
      const above = document.querySelector(`.course-question[data-ask=predict][data-about="${CSS.escape(question.id)}"]`);
      const words = 'You have not chosen yet. Choose where this is asked, above: then the reply stands here. ';
      const back = make('button', {type: 'button', className: 'course-back', textContent: 'Back to the question'});
      back.addEventListener('click', () => {
        above.scrollIntoView({block: 'center'});
        above.querySelector('button')?.focus({preventScroll: true});
      });
      element.append(make('p', {className: 'course-closed'}, words, ...(above ? [back] : [])));
      return;
    }
    const first = chosen[0], last = chosen.at(-1), right = options.find(one => one.right);
    const parts = [`<b>You chose:</b> ${last.text}`, replyOf(last)];
    if (last !== right) parts.push(`<b>What holds:</b> ${right.text} ${right.reply}`);
    if (last !== first) parts.push(`<b>Your first choice was:</b> ${first.text}`);
    element.append(make('div', {className: 'course-reply', role: 'status'}, ...parts.map(part => html('p', part))));
  }
  return {element, show};
}

// What was said of each statement at first and at last, beside what was found.
function compared(questions, found) {
  const table = make('table'), score = make('p');
  const element = make('div', {className: 'course-asked'}, make('div', {className: 'course-wide', tabIndex: 0, role: 'region', ariaLabel: 'Verdicts'}, table), score);
  function show() {
    const head = ['', 'statement', 'you said first', 'you said last', 'found'].map(word => `<th>${word}</th>`).join('');
    const rows = questions.map(({id, text}) => {
      const said = [chosenOf(id)[0], chosenOf(id).at(-1)], fits = said[1] === found[id] ? ' ✓' : '';
      return [`<b>${id}</b>`, text, ...said.map(word => word ?? 'not answered'), `<b>${found[id]}</b>${fits}`];
    });
    table.innerHTML = `<tr>${head}</tr>` + rows.map(row => `<tr>${row.map(cell => `<td>${cell}</td>`).join('')}</tr>`).join('');
    // What is found half true, nobody could have said.
    const judged = questions.filter(({id, options}) => options.some(({key}) => key === found[id]));
    const right = at => judged.filter(({id}) => chosenOf(id).at(at) === found[id]).length;
    score.textContent = `At first ${right(0)} of ${judged.length} as found, at last ${right(-1)}.`;
  }
  return {element, show};
}

// Takes over an element. `source` has
//   spec            {ask, found, questions}, as predictions.py says
//   known()         {question: keys chosen before, oldest first}
//   keep(id, key)   is called with each choice
//   note()          a sentence if keeping failed, else ''
//   listen(call)    calls when known() or note() has changed; returns what ends that
// Returns what ends it.
export function ask(element, source) {
  const {ask: kind, questions, found} = source.spec;
  function choose(id, key) {
    answers.set(id, [...chosenOf(id), key]);
    document.dispatchEvent(new CustomEvent(CHOSEN));
    source.keep(id, key);
  }
  const parts = {
    predict: () => questions.map(one => asked(one, {lead: 'Predict:', choose})),
    recall: () => questions.map(lookedBack),
    prequiz: () => questions.map(one => asked(one, {lead: `${one.id}.`, choose})),
    verdicts: () => [compared(questions, found)],
  }[kind]();
  function show() {
    // A kernel that is busy knows less than the page.
    for (const [id, keys] of Object.entries(source.known())) if (keys.length > chosenOf(id).length) answers.set(id, keys);
    parts.forEach((part, i) => part.show(i === parts.length - 1 ? source.note() : ''));
  }
  element.replaceChildren(...parts.map(part => part.element));
  element.classList.add('course-live-question');
  const deaf = source.listen(() => { show(); document.dispatchEvent(new CustomEvent(CHOSEN)); });
  document.addEventListener(CHOSEN, show);
  show();
  document.dispatchEvent(new CustomEvent(CHOSEN));
  return () => { deaf(); document.removeEventListener(CHOSEN, show); };
}
