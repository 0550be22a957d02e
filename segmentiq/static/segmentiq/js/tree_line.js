// The dashed line across the tree: dragged, or stepped by keys, it cuts straight; picked segments show it in steps. Spoken as a slider.
import { drawn } from "./nodes.js";
import { belowCut, cutLine, ladder, rung } from "./tree_shapes.js";
import { rounded } from "./tree_layout.js";

const STEPS = { ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, PageUp: -5, PageDown: 5 };
const SLACK = 3;

export class Line {
  constructor(svg, page, layout) {
    this.svg = svg;
    this.page = page;
    this.layout = layout;
    this.line = svg.querySelector("[data-cut]");
    this.paths = this.line.querySelectorAll("path");
    this.end = this.line.querySelector(".cut-end");
    this.words = this.end.querySelector("text");
    this.clip = svg.querySelector("[data-clip]");
    this.isHeld = false;
    this.makeSlider();
    this.ladder = new Ladder(svg, page, layout);
  }

  makeSlider() {
    const { line, page } = this;
    line.classList.add("is-live");
    for (const [name, value] of Object.entries({
      role: "slider",
      tabindex: 0,
      "aria-label": "Cut line: number of segments",
      "aria-orientation": "vertical",
      "aria-valuemin": page.cuts.least,
      "aria-valuemax": page.cuts.most,
    })) line.setAttribute(name, value);
    line.addEventListener("pointerdown", (event) => this.grab(event));
    line.addEventListener("keydown", (event) => this.press(event));
  }

  grab(event) {
    event.preventDefault();
    const { line, page } = this;
    line.focus({ preventScroll: true });
    line.setPointerCapture(event.pointerId);
    let isDragged = false;
    const move = (moved) => {
      isDragged ||= Math.abs(moved.clientY - event.clientY) > SLACK;
      if (!isDragged) return;
      this.isHeld = true;
      const y = this.within(placeOf(this.svg, moved).y);
      this.place([[this.layout.frame.right, y]]);
      const cut = page.cuts.ofK(this.layout.segmentsAt(y));
      if (cut !== page.cut) page.showCut(cut, { dragging: true });
    };
    const drop = () => {
      line.removeEventListener("pointermove", move);
      this.isHeld = false;
      if (isDragged) page.showCut(page.cut);
      else this.pressedThrough(event);
    };
    line.addEventListener("pointermove", move);
    line.addEventListener("lostpointercapture", drop, { once: true });
  }

  // The line lies over the very branches it cuts: a press that drags nothing is meant for the one below.
  pressedThrough({ clientX, clientY }) {
    const area = document.elementsFromPoint(clientX, clientY).find((element) => element.matches(".branch-reach"));
    area?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  }

  // The line stays between the cuts that can be made.
  within(y) {
    const { page, layout } = this;
    const [highest, lowest] = [page.cuts.least, page.cuts.most].map((k) => layout.y(layout.lineHeight(page.cuts.ofK(k))));
    return Math.min(Math.max(y, highest), lowest);
  }

  press(event) {
    const { cuts, cut } = this.page;
    const ends = { Home: cuts.least, End: cuts.most };
    if (!(event.key in ends) && !(event.key in STEPS)) return;
    event.preventDefault();
    this.page.showCut(cuts.ofK(event.key in ends ? ends[event.key] : cut.k + STEPS[event.key]));
  }

  place(steps) {
    const path = cutLine(this.layout, steps);
    for (const outline of this.paths) outline.setAttribute("d", path);
    this.clip.setAttribute("d", belowCut(this.layout, steps));
    this.end.setAttribute("transform", `translate(${this.layout.frame.right + 8} ${steps.at(-1)[1].toFixed(1)})`);
  }

  rescale(layout, cut) {
    this.layout = layout;
    this.place(layout.steps(cut));
    this.ladder.rescale(layout, cut);
  }

  show(cut) {
    const segments = `${cut.k} ${cut.k === 1 ? "segment" : "segments"}`;
    this.words.textContent = cut.isPicked ? `${segments}, picked` : segments;
    this.line.setAttribute("aria-valuenow", cut.k);
    const spoken = cut.isPicked ? "picked by hand" : `merge distance ${rounded(this.layout.lineHeight(cut))}`;
    this.line.setAttribute("aria-valuetext", `${segments}, ${spoken}`);
    if (!this.isHeld) this.place(this.layout.steps(cut));
    this.ladder.show(cut);
  }
}

// The heights of the merges beside the tree: every number of segments has a rung as long as the heights that give it.
class Ladder {
  constructor(svg, page, layout) {
    this.place = svg.querySelector("[data-ladder]");
    this.layout = layout;
    if (!this.place) return;
    this.stairs = this.place.querySelector(".stairs");
    this.rung = this.place.querySelector(".rung");
    this.pointed = drawn("path", { class: "rung is-pointed" });
    const { top, bottom, ladder: [left, right] } = layout.frame;
    const reach = drawn("rect", { class: "ladder-reach", x: left - 6, y: top - 8, width: right - left + 12, height: bottom - top + 8 });
    this.place.append(this.pointed, reach);
    const kOf = (event) => page.cuts.clamp(this.layout.segmentsAt(placeOf(svg, event).y));
    reach.addEventListener("pointermove", (event) => this.point(kOf(event)));
    reach.addEventListener("pointerleave", () => this.point(0));
    reach.addEventListener("click", (event) => page.showCut(page.cuts.ofK(kOf(event))));
  }

  point(k) {
    this.pointed.setAttribute("d", k ? rung(this.layout, k) : "");
    const [above, below] = k > 1 ? this.layout.gap(k) : [];
    const words = `${k} segments wherever the cut lies between the merge distances ${rounded(below ?? 0)} and ${rounded(above ?? 0)}.`;
    this.place.dispatchEvent(new CustomEvent("tell", { bubbles: true, detail: k > 1 ? { title: words, words: "" } : null }));
  }

  rescale(layout, cut) {
    this.layout = layout;
    if (!this.place) return;
    this.stairs.setAttribute("d", ladder(layout));
    this.show(cut);
  }

  show(cut) {
    this.rung?.setAttribute("d", cut.isPicked ? "" : rung(this.layout, cut.k));
  }
}

export function placeOf(svg, event) {
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
}
