// Python in a worker of the page, as `course site` packs it into the folder python/ beside this file. It takes
// {id, start: [name, values]} and then {id, message}, as front/python.js sends them, and answers {id, shown} and {id, done}.

const HOME = new URL('python/', location).href;
const CHANGED = 100;  // milliseconds between two words on how far it is

const index = fetch(`${HOME}index.json`).then(answer => answer.json());
let got = 0, told = 0;

// What a packed file holds, as a stream that counts what has come.
async function streamOf(name) {
  const {total} = await index, answer = await fetch(`${HOME}${name}.gz`);
  if (!answer.ok) throw Error(`${name}: ${answer.status}`);
  const counted = new TransformStream({transform(part, out) {
    got += part.byteLength;
    if (performance.now() - told > CHANGED) {
      told = performance.now();
      postMessage({progress: [got, total]});
    }
    out.enqueue(part);
  }});
  return answer.body.pipeThrough(counted).pipeThrough(new DecompressionStream('gzip'));
}
const whole = stream => new Response(stream).arrayBuffer();

async function start() {
  const names = ['pyodide.asm.wasm', 'pyodide.asm.js', 'python_stdlib.zip', 'pyodide-lock.json'];
  const streams = Object.fromEntries(names.map(name => [name, streamOf(name)])), packed = streamOf('modules').then(whole);
  const ask = self.fetch;
  self.fetch = async (address, options) => {
    const name = names.find(one => String(address).endsWith(one));
    if (!name) return ask(address, options);
    // With this type the browser compiles while it comes.
    return new Response(await streams[name], {headers: {'content-type': name.endsWith('wasm') ? 'application/wasm' : ''}});
  };
  const glue = await whole(await streams['pyodide.asm.js']);
  importScripts(URL.createObjectURL(new Blob([glue], {type: 'text/javascript'})), `${HOME}pyodide.js`);
  // Pyodide waits forever where its own part does not come.
  const broken = new Promise((_, fail) => Object.values(streams).forEach(stream => stream.catch(fail)));
  const python = await Promise.race([broken, loadPyodide({indexURL: HOME, env: {HOME: '/home/pyodide', MPLBACKEND: 'agg'}})]);
  const bytes = new Uint8Array(await packed), end = bytes.indexOf(10);
  let from = end + 1;
  for (const [path, length] of JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)))) {
    python.FS.mkdirTree(path.slice(0, path.lastIndexOf('/')));
    python.FS.writeFile(path, bytes.subarray(from, from += length));
  }
  python.runPython('import importlib; importlib.invalidate_caches()');
  const web = python.pyimport('course_utils.explorers.web');
  postMessage({ready: true});
  return {python, web};
}

const ready = start(), explorers = new Map();
ready.catch(error => postMessage({failed: String(error.message ?? error).trim().split('\n').at(-1)}));
let last = ready;
onmessage = ({data: {id, start: begin, message}}) => {
  last = last.then(async () => {
    const {python, web} = await ready;
    if (begin) explorers.set(id, web.start(begin[0], begin[1], shown => postMessage({id, shown})));
    else explorers.get(id)(message);
    postMessage({id, done: true});
  }).catch(error => postMessage({id, failed: String(error.message ?? error).trim().split('\n').at(-1)}));
};
