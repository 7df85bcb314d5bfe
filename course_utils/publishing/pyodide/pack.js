// Packs Python for a worker of the book: `node pack.js PYODIDE PACKAGE TQDM OUT`, each a folder. Pyodide itself runs
// pack.py, which sees what the explorers import and compiles that for its own version.

const fs = require('fs');
const path = require('path');
const [pyodide, utils, tqdm, out] = process.argv.slice(2).map(folder => path.resolve(folder));
const {loadPyodide} = require(path.join(pyodide, 'pyodide.js'));

(async () => {
  const python = await loadPyodide({indexURL: `${pyodide}/`, env: {HOME: '/home/pyodide', MPLBACKEND: 'agg'}});
  await python.loadPackage(['numpy', 'matplotlib', 'pillow', 'threadpoolctl'], {messageCallback: () => {}});
  for (const [name, folder] of Object.entries({course_utils: utils, tqdm, out})) {
    python.FS.mkdirTree(`/from/${name}`);
    python.mountNodeFS(`/from/${name}`, folder);
  }
  python.runPython(fs.readFileSync(path.join(__dirname, 'pack.py'), 'utf8'));
})().catch(error => { console.error(String(error.message ?? error)); process.exitCode = 1; });
