// One branch drawn in place of the tree, down to at most 40 leaves with counts: fetched when it is opened, kept for coming back.
import { drawn } from "./nodes.js";
import { Layout } from "./tree_layout.js";
import { grey, isFinest, limb, tuft } from "./tree_shapes.js";

export class Opener {
  constructor(address) {
    this.address = address;
    this.kept = new Map();
  }

  async recordsOf(id) {
    if (!this.kept.has(id)) {
      const answer = await fetch(`${this.address}?branch=${id}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(`The branch could not be opened: the site answered ${answer.status}.`);
      this.kept.set(id, (await answer.json()).branches);
    }
    return this.kept.get(id);
  }
}

export class Opened {
  constructor(svg, page, records, frame, scale) {
    this.page = page;
    this.layout = new Layout(records, frame, scale);
    this.group = drawn("g", { class: "opened" });
    this.colourless = drawn("path", { class: "above" });
    this.outlines = records.flatMap((record) => this.outlinesOf(record));
    this.cutLine = drawn("path", { class: "opened-cut" });
    this.below = drawn("rect", { width: frame.right + 16, height: frame.bottom });
    const [clip, coloured] = [drawn("clipPath", { id: "below-opened-cut" }), drawn("g", { "clip-path": "url(#below-opened-cut)" })];
    clip.append(this.below);
    coloured.append(...this.outlines);
    this.group.append(clip, this.colourless, coloured, ...this.feet(), this.cutLine);
    svg.querySelector("[data-drawn]").after(this.group);
    this.draw();
    // Below the fifty finest, branches wear the colour of the one that holds them.
    page.adopt(this.group.querySelectorAll("[data-branch]"));
  }

  outlinesOf(record) {
    const kinds = isFinest(this.layout, record) ? ["limb", "tuft"] : ["limb"];
    return kinds.map((kind) => Object.assign(drawn("path", { class: kind, "data-branch": record.holder }), { record }));
  }

  // A band in the colour of its segment under every leaf, and how many customers it holds where there is room.
  feet() {
    const { frame } = this.layout;
    const labels = drawn("g", { class: "tree-labels", "text-anchor": "middle" });
    const bands = this.layout.records.filter((record) => isFinest(this.layout, record)).map((record) => {
      const [left, right] = record.span;
      const size = record.n.toLocaleString("en");
      if (right - left >= 7 * size.length + 5) labels.append(drawn("text", { x: (left + right) / 2, y: frame.labels[0] }, size));
      const band = { x: left, y: frame.bottom + 3, width: right - left + 0.3, height: frame.band };
      return drawn("rect", { class: "band", "data-branch": record.holder, ...band });
    });
    return [...bands, labels];
  }

  // The cut where it goes through this branch: one within a single segment has none, and segments picked by hand several.
  showCut(cut) {
    const height = cut.isPicked ? Infinity : this.page.data.cuts[cut.k].height;
    const { frame, root } = this.layout;
    const y = height < root.height ? this.layout.y(height).toFixed(1) : null;
    this.below.setAttribute("y", y ?? 0);
    this.cutLine.setAttribute("d", y === null ? "" : `M${frame.left - 4} ${y}H${frame.right + 8}`);
  }

  draw() {
    this.colourless.setAttribute("d", grey(this.layout));
    for (const outline of this.outlines) outline.setAttribute("d", outlineOf(this.layout, outline));
    this.showCut(this.page.cut);
  }

  rescale(scale) {
    this.layout = new Layout(this.layout.records, this.layout.frame, scale);
    this.draw();
  }

  remove() {
    this.page.disown(this.group);
    this.group.remove();
  }
}

export function outlineOf(layout, outline) {
  return (outline.classList.contains("tuft") ? tuft : limb)(layout, outline.record);
}
