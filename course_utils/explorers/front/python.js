// Explorers that Python shows in this page: one worker for all of them, started when the first is asked for.

const MEGA = 1e6;
const asked = new Map();  // {number of an explorer: what hears of it}
let worker = null, how = '';

function begin() {
  worker = new Worker(new URL('worker.js', import.meta.url));
  const tell = () => asked.forEach(one => one.changed());
  const fail = text => { how = `Python could not start in this page (${text}): you see the nearest recorded picture.`; tell(); };
  how = 'Python is starting in this page; until then you see the nearest recorded picture.';
  worker.onerror = event => fail(event.message);
  worker.onmessage = ({data: {id, progress, ready, failed, shown, done}}) => {
    if (progress) {
      const [got, total] = progress.map(bytes => (bytes / MEGA).toFixed(0));
      how = `Python is starting in this page (${got} of ${total} MB); until then you see the nearest recorded picture.`;
      tell();
    } else if (ready) how = '';
    else if (failed) fail(failed);
    else asked.get(id)?.hear({shown, done});
  };
}

// The explorer `name`, first with these values. Returns {tell(message), state(), how()}: state() is what was shown last,
// {value, picture, ground, playing}, or null; how() a sentence where there is something to wait for.
export function live(name, values, changed) {
  if (!worker) begin();
  const id = asked.size, queue = [];
  let shown = null, busy = true, ground = null;
  function hear({shown: now, done}) {
    if (now) {
      ground = now.ground ?? ground;
      shown = {...now, ground};
      changed();
    }
    if (done) { busy = false; next(); }
  }
  function next() {
    if (busy || !queue.length) return;
    busy = true;
    worker.postMessage({id, message: queue.shift()});
  }
  asked.set(id, {changed, hear});
  worker.postMessage({id, start: [name, values]});
  return {
    // Of moves that wait only the last counts: it says where all controls are.
    tell: message => {
      if (message.move && queue.at(-1)?.move) queue.pop();
      queue.push(message);
      next();
    },
    state: () => shown,
    idle: () => !busy && !queue.length,
    how: () => how,
  };
}
