// The dendrogram's moving parts: the dashed line that is dragged or stepped by keys, the clip that colours what is below, the labels.
const SVG = "http://www.w3.org/2000/svg";

export class Tree {
  constructor(svg, cuts, labelY, choose) {
    this.svg = svg;
    this.cuts = cuts;
    this.labelY = labelY;
    this.line = svg.querySelector("[data-cut]");
    this.words = svg.querySelector("[data-cut-words]");
    this.clip = svg.querySelector("[data-clip]");
    this.labels = svg.querySelector("[data-labels]");
    this.choose = choose;
    this.k = 0;
    this.makeSlider();
  }

  makeSlider() {
    const { line } = this;
    line.classList.add("is-live");
    for (const [name, value] of Object.entries({
      role: "slider",
      tabindex: 0,
      "aria-label": "Cut line: number of segments",
      "aria-orientation": "vertical",
      "aria-valuemin": this.cuts.least,
      "aria-valuemax": this.cuts.most,
    })) line.setAttribute(name, value);
    // The drawing may no longer be one picture to a screen reader: it now holds a control.
    this.svg.setAttribute("role", "group");
    line.addEventListener("pointerdown", (event) => this.grab(event));
    line.addEventListener("keydown", (event) => this.press(event));
  }

  grab(event) {
    event.preventDefault();
    const { line } = this;
    line.focus({ preventScroll: true });
    line.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const y = Math.min(Math.max(this.toDrawing(moved), this.cuts.lineOf(this.cuts.least) - 6), this.cuts.lineOf(this.cuts.most));
      this.place(y);
      const k = this.cuts.kAt(y);
      if (k !== this.k) this.choose(k, { dragging: true });
    };
    const drop = () => {
      line.removeEventListener("pointermove", move);
      this.place(this.cuts.lineOf(this.k));
      this.choose(this.k);
    };
    line.addEventListener("pointermove", move);
    line.addEventListener("lostpointercapture", drop, { once: true });
  }

  toDrawing(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse()).y;
  }

  press(event) {
    const steps = { ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, PageUp: -5, PageDown: 5 };
    const ends = { Home: this.cuts.least, End: this.cuts.most };
    const wanted = event.key in ends ? ends[event.key] : this.k + (steps[event.key] ?? 0);
    if (!(event.key in ends) && !(event.key in steps)) return;
    event.preventDefault();
    this.choose(this.cuts.clamp(wanted));
  }

  place(y) {
    this.line.setAttribute("transform", `translate(0 ${y})`);
    this.clip.setAttribute("y", y);
  }

  show(k, segments, { dragging = false } = {}) {
    this.k = k;
    this.words.textContent = `${k} segments`;
    this.line.setAttribute("aria-valuenow", k);
    this.line.setAttribute("aria-valuetext", `${k} segments`);
    if (!dragging) this.place(this.cuts.lineOf(k));
    this.labels.replaceChildren(...segments.flatMap((branch, index) => this.label(branch, index + 1)));
  }

  // Number and size under a segment, where they fit; the same rule as clustering/drawing.py.
  label(branch, number) {
    const [left, right] = branch.span;
    const size = branch.n.toLocaleString("en");
    const texts = [];
    if (right - left < 7 * String(number).length) return texts;
    texts.push(text(number, left, right, this.labelY[0], { "font-weight": 600 }));
    if (right - left >= 8 * size.length) texts.push(text(size, left, right, this.labelY[1], { opacity: 0.75 }));
    const title = document.createElementNS(SVG, "title");
    title.textContent = `${branch.name}: ${size}`;
    texts[0].append(title);
    return texts;
  }
}

function text(words, left, right, y, attributes) {
  const element = document.createElementNS(SVG, "text");
  element.textContent = words;
  for (const [name, value] of Object.entries({ x: (left + right) / 2, y, ...attributes })) element.setAttribute(name, value);
  return element;
}
