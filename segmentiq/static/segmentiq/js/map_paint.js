// Points, a window and a cut in, pixels out. Each hue's dot is drawn once and stamped; the colours are those the style sheet gives.
const RADIUS = 2.4;
const [FULL, DIM] = [0.82, 0.12];
const RING = 6;

export class Painter {
  constructor(canvas, svg) {
    [this.canvas, this.svg] = [canvas, svg];
    this.context = canvas.getContext("2d");
    this.stamps = new Map();
  }

  // Fit the canvas to its place, pixel by pixel of the screen.
  fit(width, height) {
    this.ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
    this.stamps.clear();
  }

  // Colours are read anew: the theme changed, or the screen.
  forget() {
    this.stamps.clear();
    this.ink = null;
  }

  paint(scene) {
    const { context, canvas, ratio } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const { picked } = scene;
    if (picked) this.stampAll(scene, DIM, (i) => !picked[i]);
    this.stampAll(scene, FULL, picked ? (i) => picked[i] : () => true);
    context.globalAlpha = 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.rings(scene);
    this.numbers(scene);
    this.lasso(scene);
  }

  stampAll({ points, view, hues }, alpha, wanted) {
    const { context, ratio } = this;
    const scale = view.unit * ratio;
    context.globalAlpha = alpha;
    points.leaves.forEach(({ first, last }, leaf) => {
      const stamp = this.stampOf(hues[leaf], view.zoom);
      const half = stamp.width / 2;
      for (let i = first; i < last; i += 1) {
        if (!wanted(i)) continue;
        const x = (points.x[i] - view.left) * scale;
        const y = (points.y[i] - view.top) * scale;
        if (x < -half || y < -half || x > this.canvas.width + half || y > this.canvas.height + half) continue;
        context.drawImage(stamp, Math.round(x - half), Math.round(y - half));
      }
    });
  }

  stampOf(hue, zoom) {
    const radius = RADIUS * Math.sqrt(Math.min(zoom, 4)) * this.ratio;
    const key = `${hue} ${radius}`;
    if (!this.stamps.has(key)) {
      const side = Math.ceil(2 * radius) + 2;
      const stamp = new OffscreenCanvas(side, side);
      const context = stamp.getContext("2d");
      context.fillStyle = this.colourOf(hue);
      context.beginPath();
      context.arc(side / 2, side / 2, radius, 0, 2 * Math.PI);
      context.fill();
      this.stamps.set(key, stamp);
    }
    return this.stamps.get(key);
  }

  colourOf(hue) {
    this.probe ??= this.svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
    this.probe.setAttribute("class", `dots s${hue}`);
    return getComputedStyle(this.probe).stroke;
  }

  inks() {
    const { color, fontFamily } = getComputedStyle(this.canvas);
    this.ink ??= { ink: color, paper: getComputedStyle(this.canvas).backgroundColor, font: fontFamily };
    return this.ink;
  }

  // A few picked customers are ringed: one dot among thousands is not seen by its colour.
  rings({ points, view, ringed }) {
    const { context } = this;
    context.strokeStyle = this.inks().ink;
    for (const [index, i] of ringed.entries()) {
      context.lineWidth = index ? 1.2 : 2.4;
      context.beginPath();
      context.arc(...view.toPixels(points.x[i], points.y[i]), index ? RING - 1 : RING + 1, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  numbers({ numbers, faint }) {
    const { context } = this;
    const { ink, paper, font } = this.inks();
    Object.assign(context, { textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 4, font: `600 15px ${font}` });
    [context.strokeStyle, context.fillStyle] = [paper, ink];
    for (const { number, branch, x, y } of numbers) {
      context.globalAlpha = faint(branch) ? 0.3 : 1;
      context.strokeText(number, x, y);
      context.fillText(number, x, y);
    }
    context.globalAlpha = 1;
  }

  lasso({ lasso, view }) {
    if (!lasso?.length) return;
    const { context } = this;
    context.beginPath();
    for (const place of lasso) context.lineTo(...view.toPixels(...place));
    context.closePath();
    Object.assign(context, { strokeStyle: this.inks().ink, lineWidth: 1.5 });
    context.setLineDash([5, 4]);
    context.stroke();
    context.setLineDash([]);
  }
}
