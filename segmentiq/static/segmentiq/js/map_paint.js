// Points, a window and a cut in, pixels out. The colours are those the style sheet gives, read once for each theme.
import { Pixels } from "./map_pixels.js";
import { drawn } from "./nodes.js";

const [FULL, DIM] = [0.82, 0.12];
const RING = 6;

export class Painter {
  constructor(canvas, svg) {
    [this.canvas, this.svg] = [canvas, svg];
    this.dot = Number(svg.getAttribute("stroke-width"));
    this.context = canvas.getContext("2d", { alpha: false });
    this.colours = new Map();
  }

  // Fit the canvas to its place, pixel by pixel of the screen.
  fit(width, height) {
    this.ratio = devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(width * this.ratio));
    this.canvas.height = Math.max(1, Math.round(height * this.ratio));
    this.pixels = new Pixels(this.canvas.width, this.canvas.height);
  }

  // Colours are read anew: the theme changed.
  forget() {
    this.colours.clear();
    this.ink = null;
  }

  paint(scene) {
    const { context, pixels, ratio } = this;
    pixels.clear(this.colourOf(0));
    if (scene.picked) this.dots(scene, DIM, 0);
    this.dots(scene, FULL, 1);
    context.putImageData(pixels.picture, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.rings(scene);
    this.numbers(scene);
    this.lasso(scene);
  }

  // Large segments first, so that small ones lie on top of them.
  dots({ points, view, hues, order, picked }, strength, wanted) {
    const window = { left: view.left, top: view.top, scale: view.unit * this.ratio };
    const radius = (this.dot * window.scale) / (2 * Math.sqrt(view.zoom));
    for (const leaf of order) {
      const brush = this.pixels.brushOf(Number(radius.toFixed(2)), strength, this.colourOf(hues[leaf]));
      this.pixels.stamp(points, points.leaves[leaf], window, brush, picked, wanted);
    }
  }

  // Red, green and blue of a hue as the style sheet has it now; of the paper for 0.
  colourOf(hue) {
    if (!this.colours.has(hue)) this.colours.set(hue, toBytes(hue ? this.strokeOf(hue) : this.inks().paper));
    return this.colours.get(hue);
  }

  strokeOf(hue) {
    this.probe ??= this.svg.appendChild(drawn("path"));
    this.probe.setAttribute("class", `dots s${hue}`);
    return getComputedStyle(this.probe).stroke;
  }

  inks() {
    if (!this.ink) {
      const { color, backgroundColor, fontFamily } = getComputedStyle(this.canvas);
      this.ink = { ink: color, paper: backgroundColor, font: fontFamily };
    }
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

function toBytes(colour) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}
