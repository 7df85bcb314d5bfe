// An explorer in the browser: its picture and sentence, clicks into the picture, and the names of sliders.

const MOVE = 1, LINE = 2, CURVE3 = 3, CURVE4 = 4, CLOSE = 79;  // matplotlib.path.Path

// The path of the points from `i` to before `end`; a point is x, y and one of the codes above.
function pathOf(points, i, end) {
  const path = new Path2D();
  const xy = (j, n) => Array.from({length: 2 * n}, (_, k) => points[3 * (j + (k >> 1)) + (k & 1)]);
  while (i < end) {
    switch (points[3 * i + 2]) {
      case MOVE: path.moveTo(points[3 * i], points[3 * i + 1]); break;
      case LINE: path.lineTo(points[3 * i], points[3 * i + 1]); break;
      case CURVE3: path.quadraticCurveTo(...xy(i, 2)); i += 1; break;
      case CURVE4: path.bezierCurveTo(...xy(i, 3)); i += 2; break;
      case CLOSE: path.closePath();
    }
    i += 1;
  }
  return path;
}

function drawImage(pen, {image, columns, rows, matrix}) {
  const small = new OffscreenCanvas(columns, rows);
  const bytes = new Uint8ClampedArray(image.buffer, image.byteOffset, image.byteLength);
  small.getContext('2d').putImageData(new ImageData(bytes.slice(), columns, rows), 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.transform(...matrix);
  pen.drawImage(small, 0, 0, 1, 1);
}

function drawPath(pen, mark, path) {
  if (mark.fill) { pen.fillStyle = mark.fill; pen.fill(path); }
  if (mark.stroke) { pen.strokeStyle = mark.stroke; pen.stroke(path); }
}

// Draws what a recorder.Recorder kept over the picture of what stays.
function draw(pen, still, {marks, points}) {
  const {width, height} = pen.canvas;
  points = new Float32Array(points.buffer.slice(points.byteOffset, points.byteOffset + points.byteLength));
  pen.drawImage(still, 0, 0);
  let i = 0;
  for (const mark of marks) {
    pen.save();
    pen.setTransform(1, 0, 0, -1, 0, height);  // matplotlib counts upwards
    if (mark.clip) { const edge = new Path2D(); edge.rect(...mark.clip); pen.clip(edge); }
    if (mark.image) drawImage(pen, mark);
    else {
      const path = pathOf(points, i, i += mark.points);
      [pen.lineWidth, pen.lineCap, pen.lineJoin, pen.lineDashOffset] = [mark.width, mark.cap, mark.join, mark.offset];
      pen.setLineDash(mark.dashes);
      if (!mark.places) drawPath(pen, mark, path);
      for (const end = i + mark.places; i < end; i++) {
        pen.setTransform(1, 0, 0, -1, points[3 * i], height - points[3 * i + 1]);
        drawPath(pen, mark, path);
      }
    }
    pen.restore();
  }
}

// ipywidgets 8 gives the handle of a slider no name.
function nameSliders(root) {
  const put = (element, name, value) => element.getAttribute(name) === value || element.setAttribute(name, value);
  for (const slider of root.querySelectorAll('.widget-slider')) {
    const handle = slider.querySelector('[role=slider]'), readout = slider.querySelector('.widget-readout');
    if (!handle || !readout) continue;
    const label = slider.querySelector('.widget-label').textContent;
    put(handle, 'aria-label', label);
    put(handle, 'aria-valuetext', readout.textContent);
    put(readout, 'role', 'textbox');
    put(readout, 'aria-label', label + ', as a number');
  }
}

function watchSliders(here, signal) {
  const root = here.closest('.course-explorer');
  if (!root) return signal.aborted || setTimeout(watchSliders, 50, here, signal);
  const observer = new MutationObserver(() => nameSliders(root));
  observer.observe(root, {subtree: true, childList: true, attributeFilter: ['aria-valuetext']});
  signal.addEventListener('abort', () => observer.disconnect());
  nameSliders(root);
}

const same = (a, b) => a === b || Math.abs(a - b) < 1e-9;
const valueOf = control => control.get('value') ?? control.get('_options_labels')[control.get('index')];

// Shows the picture that the kernel has sent ahead, if it has, as soon as somebody moves a control to its values.
async function lookAhead(model, show, signal) {
  const controls = {};
  for (const [name, reference] of Object.entries(model.get('controls')))
    controls[name] = await model.widget_manager.get_model(reference.replace('IPY_MODEL_', ''));
  const moved = (_, options) => {
    const fits = ({values}) => Object.entries(values).every(([name, value]) => same(value, valueOf(controls[name])));
    const picture = options.updated_view && model.get('beside').find(fits);
    if (picture) show(picture);
  };
  for (const control of Object.values(controls)) {
    control.on('change', moved);
    signal.addEventListener('abort', () => control.off('change', moved));
  }
}

function render({model, el}) {
  const canvas = document.createElement('canvas'), status = document.createElement('div');
  const gone = new AbortController(), pen = canvas.getContext('2d');
  [canvas.width, canvas.height] = model.get('size');
  canvas.className = 'course-picture';
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', model.get('title') + ': the status line says what the picture shows');
  status.className = 'course-status';
  status.setAttribute('role', 'status');
  status.setAttribute('aria-live', 'polite');
  const frame = document.createElement('div');
  frame.className = 'course-frame';
  frame.append(canvas);
  el.append(frame, status);

  let bytes, still;
  async function show(picture) {
    if (status.textContent !== picture.status) status.textContent = picture.status;
    if (bytes !== model.get('still')) {
      bytes = model.get('still');
      still = createImageBitmap(new Blob([bytes]));
    }
    draw(pen, await still, picture);
  }
  const showNewest = () => show(model.get('picture'));
  model.on('change:picture', showNewest);
  showNewest();
  lookAhead(model, show, gone.signal);
  canvas.addEventListener('click', event => {
    const area = canvas.getBoundingClientRect();
    model.send({click: [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height]});
  });
  watchSliders(el, gone.signal);
  return () => { gone.abort(); model.off('change:picture', showNewest); };
}

export default {render};
