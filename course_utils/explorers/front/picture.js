// The picture: marks that Python recorded (see recorder.py), drawn at the device's pixels in the page's colours.

import {writeOn} from './text.js';

const NARROW = 560;  // up to so many pixels, as in explorer.css, the parts of a picture stand below each other
const TEXT = [0.86, 1.15];  // text grows and shrinks less than the picture
// The palette of Okabe and Ito, lighter where the page is dark.
const LIGHTER = {
  '#0072b2': '#4fa8e0', '#d55e00': '#f58742', '#009e73': '#2cc797', '#e69f00': '#f2b430', '#cc79a7': '#e79fc6',
  '#56b4e9': '#56b4e9', '#f0e442': '#f0e442',
};

const numbers = css => css.match(/[\d.]+/g).map(Number);
const mix = (a, b, share) => a.map((value, i) => value + share * (b[i] - value));

// What colours of a drawing are on this page: greys lie between its ink and its paper.
function coloursOf(element) {
  const style = getComputedStyle(element), cache = new Map();
  const paper = numbers(style.backgroundColor).slice(0, 3), [r, g, b, alpha = 1] = numbers(style.color);
  const ink = mix(paper, [r, g, b], alpha), dark = paper[0] + paper[1] + paper[2] < 300;
  const find = css => {
    const [red, green, blue, a] = css.match(/[0-9a-f]{2}/g).map(part => parseInt(part, 16));
    if (red === green && green === blue) return `rgb(${mix(ink, paper, red / 255).join(' ')} / ${a / 255})`;
    return dark && LIGHTER[css.slice(0, 7)] ? LIGHTER[css.slice(0, 7)] + css.slice(7) : css;
  };
  return {
    family: style.fontFamily,
    key: `${ink} ${paper} ${style.fontFamily}`,
    of: (css, fixed) => {
      if (fixed) return css;
      if (!cache.has(css)) cache.set(css, find(css));
      return cache.get(css);
    },
  };
}

function imageOf({image, columns, rows}) {
  const small = new OffscreenCanvas(columns, rows);
  const bytes = new Uint8ClampedArray(image.buffer, image.byteOffset, image.byteLength);
  small.getContext('2d').putImageData(new ImageData(bytes.slice(), columns, rows), 0, 0);
  return small;
}

// The path of the next points; `at` gives a point's place on the canvas. Without codes it is one line.
function pathOf({points: count, codes}, at) {
  const path = new Path2D();
  for (let i = 0; i < count; i++) {
    const code = codes ? codes[i] : i ? 'L' : 'M';
    if (code === 'M') path.moveTo(...at(i));
    else if (code === 'L') path.lineTo(...at(i));
    else if (code === 'Q') path.quadraticCurveTo(...at(i), ...at(++i));
    else if (code === 'C') path.bezierCurveTo(...at(i), ...at(++i), ...at(++i));
    else path.closePath();
  }
  return path;
}

// Whether a path goes along the axes only: then its lines are put on whole pixels, to be sharp.
function isUpright({points: count, codes}, xy, first) {
  if (count > 400 || (codes && /[QC]/.test(codes))) return false;
  for (let i = 1; i < count; i++) {
    const [a, b] = [2 * (first + i - 1), 2 * (first + i)];
    if (codes && codes[i] !== 'L') continue;
    if (xy[a] !== xy[b] && xy[a + 1] !== xy[b + 1]) return false;
  }
  return true;
}

export class Picture {
  // `size` is that of the drawing, [width, height]; `cut` the share of its width at which a narrow page cuts it in two.
  constructor(canvas, size, cut) {
    Object.assign(this, {canvas, size, cut, pen: canvas.getContext('2d'), ground: null, drawing: null});
    this.still = document.createElement('canvas');
    const [w, h] = size, narrow = cut ? 1 / (h / (cut * w) + h / ((1 - cut) * w)) : w / h;
    canvas.style.setProperty('--wide', w / h);  // so that the page knows its height before it is drawn
    canvas.style.setProperty('--narrow', narrow);
  }

  // Fits the canvas into a width in CSS pixels; true if anything changed.
  fit(width) {
    const [w, h] = this.size, cuts = width <= NARROW && this.cut ? [0, this.cut * w, w] : [0, w], ratio = devicePixelRatio;
    let top = 0;
    this.strips = cuts.slice(1).map((right, i) => {
      const scale = width * ratio / (right - cuts[i]), strip = {left: cuts[i], right, scale, top};
      top += Math.round(h * scale);
      return strip;
    });
    const [columns, rows] = [Math.round(width * ratio), top];
    if (this.canvas.width === columns && this.canvas.height === rows) return false;
    [this.canvas.width, this.canvas.height] = [columns, rows];
    this.stale = true;
    return true;
  }

  // Shows marks over those of `ground`, the part that stays.
  show(ground, drawing) {
    if (ground !== this.ground) this.stale = true;
    [this.ground, this.drawing] = [ground, drawing];
    const colours = coloursOf(this.canvas.parentElement);
    if (colours.key !== this.colours?.key) [this.colours, this.stale] = [colours, true];
    if (this.stale) {
      [this.still.width, this.still.height] = [this.canvas.width, this.canvas.height];
      this.draw(this.still.getContext('2d'), ground);
      this.stale = false;
    }
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.pen.drawImage(this.still, 0, 0);
    this.draw(this.pen, drawing);
  }

  // The place in the drawing, in shares from the left and the top, of a place in the window.
  placeOf(event) {
    const box = this.canvas.getBoundingClientRect(), ratio = this.canvas.width / box.width;
    const [x, y] = [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
    const strip = this.strips.findLast(({top}) => y >= top) ?? this.strips[0];
    return [(strip.left + x / strip.scale) / this.size[0], (y - strip.top) / strip.scale / this.size[1]];
  }

  // The control that a mark under a place in the window moves when it is pressed, of the part that stays.
  pressed(event) {
    const {marks = [], points} = this.ground ?? {}, [x, y] = this.placeOf(event), [w, h] = this.size;
    if (!marks.some(mark => mark.press)) return undefined;
    const xy = new Int16Array(points.buffer.slice(points.byteOffset, points.byteOffset + points.byteLength));
    const within = (value, values) => value >= Math.min(...values) && value <= Math.max(...values);
    let first = 0;
    return marks.find(({press, codes = '', points: count = 0, places = 0}) => {
      const corners = Array.from({length: press ? count : 0}, (_, i) => first + i).filter((_, i) => codes[i] !== 'Z');
      first += count + places;
      return press && within(16 * x * w, corners.map(i => xy[2 * i]))
        && within(16 * (1 - y) * h, corners.map(i => xy[2 * i + 1]));
    })?.press;
  }

  draw(pen, {marks, points}) {
    const xy = new Int16Array(points.buffer.slice(points.byteOffset, points.byteOffset + points.byteLength));
    for (const strip of this.strips) {
      pen.save();
      pen.setTransform(1, 0, 0, 1, 0, 0);
      const area = new Path2D();
      area.rect(0, strip.top, this.canvas.width, Math.round(this.size[1] * strip.scale));
      pen.clip(area);
      let first = 0;
      for (const mark of marks) {
        pen.save();
        this.mark(pen, mark, xy, first, strip);
        pen.restore();
        first += (mark.points ?? 0) + (mark.places ?? 0);
      }
      pen.restore();
    }
  }

  mark(pen, mark, xy, first, {left, scale, top}) {
    const height = this.size[1], x = value => (value - left) * scale, y = value => top + (height - value) * scale;
    const at = i => [x(xy[2 * i] / 16), y(xy[2 * i + 1] / 16)];
    if (mark.clip) {
      const [l, b, w, h] = mark.clip, edge = new Path2D();
      edge.rect(x(l), y(b + h), w * scale, h * scale);
      pen.clip(edge);
    }
    if ('text' in mark) this.text(pen, mark, x, y, scale);
    else if (mark.image) {
      const [a, b, c, d, e, f] = mark.matrix;
      pen.transform(a * scale, -b * scale, c * scale, -d * scale, x(e), y(f));
      pen.imageSmoothingEnabled = false;
      pen.drawImage(imageOf(mark), 0, 0, 1, 1);
    } else this.path(pen, mark, xy, first, scale, at);
  }

  path(pen, mark, xy, first, scale, at) {
    const width = mark.stroke ? Math.max(1, mark.width * scale) : 0;
    let place = i => at(first + i);
    if (mark.places) place = i => [xy[2 * (first + i)] / 16 * scale, -xy[2 * (first + i) + 1] / 16 * scale];
    else if (isUpright(mark, xy, first)) {
      const shift = Math.round(width) % 2 / 2;
      place = i => at(first + i).map(value => Math.round(value - shift) + shift);
    }
    const path = pathOf(mark, place);
    if (mark.fill) pen.fillStyle = this.colours.of(mark.fill, mark.fixed);
    if (mark.stroke) {
      pen.strokeStyle = this.colours.of(mark.stroke, mark.fixed);
      [pen.lineWidth, pen.lineCap, pen.lineJoin] = [width, mark.cap, mark.join];
      pen.setLineDash((mark.dashes ?? []).map(length => length * scale));
      pen.lineDashOffset = (mark.offset ?? 0) * scale;
    }
    for (let i = 0; i < (mark.places || 1); i++) {
      if (mark.places) pen.setTransform(1, 0, 0, 1, ...at(first + mark.points + i));
      if (mark.fill) pen.fill(path);
      if (mark.stroke) pen.stroke(path);
    }
  }

  text(pen, mark, x, y, scale) {
    const ratio = devicePixelRatio, size = mark.size * ratio * Math.min(Math.max(scale / ratio, TEXT[0]), TEXT[1]);
    pen.translate(x(mark.x), y(mark.y));
    pen.rotate(-mark.angle * Math.PI / 180);
    pen.fillStyle = this.colours.of(mark.color, mark.fixed);
    writeOn(pen, mark.text, {
      size, weight: mark.weight, family: this.colours.family, align: mark.align, most: 1.08 * mark.most * scale,
    });
  }
}
