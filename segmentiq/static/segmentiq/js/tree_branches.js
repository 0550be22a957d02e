// What a person can point at in the tree: one area per branch, told when pointed at or reached by the arrow keys, selected by a click.
import { drawn } from "./nodes.js";

const KEYS = { ArrowUp: "above", ArrowDown: "below", ArrowLeft: "left", ArrowRight: "right" };

export class Branches {
  // `says` is {name(record), told(record), selected(record), opened(record)}.
  constructor(svg, layout, says) {
    this.layout = layout;
    this.says = says;
    this.pointed = drawn("rect", { class: "branch-mark" });
    this.selected = drawn("rect", { class: "branch-mark is-selected" });
    this.place = drawn("g", { class: "branch-reaches", role: "group", "aria-label": "Branches: arrow keys go to the next one, Enter selects it" });
    this.areas = new Map(layout.records.map((record) => [record.id, this.area(record)]));
    this.place.append(...this.areas.values());
    svg.querySelector("[data-drawn]").before(this.pointed, this.selected);
    svg.querySelector("[data-cut]").before(this.place);
    this.fit();
    this.current = layout.root;
    this.areas.get(layout.root.id).setAttribute("tabindex", 0);
    this.listen();
  }

  area(record) {
    return drawn("rect", {
      class: "branch-reach",
      role: "button",
      tabindex: -1,
      "aria-pressed": false,
      "aria-label": this.says.name(record),
      "data-area": record.id,
    });
  }

  listen() {
    const of = (event) => this.layout.byId.get(Number(event.target.dataset.area));
    this.place.addEventListener("pointerover", (event) => this.point(of(event)));
    this.place.addEventListener("pointerleave", () => this.point(null));
    this.place.addEventListener("focusin", (event) => this.reach(of(event)));
    this.place.addEventListener("focusout", () => this.point(null));
    this.place.addEventListener("click", (event) => this.says.selected(of(event)));
    this.place.addEventListener("dblclick", (event) => this.says.opened(of(event)));
    this.place.addEventListener("keydown", (event) => this.press(event, of(event)));
  }

  press(event, record) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") this.says.selected(record);
    else if (event.key in KEYS) this.areas.get((this[KEYS[event.key]](record) ?? record).id).focus();
    else return;
    event.preventDefault();
  }

  above(record) {
    return this.layout.byId.get(record.parent);
  }

  below(record) {
    const pair = this.layout.children.get(record.id);
    return pair && (pair[0].n >= pair[1].n ? pair[0] : pair[1]);
  }

  left(record) {
    return this.beside(record, (other) => other.start + other.n === record.start);
  }

  right(record) {
    return this.beside(record, (other) => other.start === record.start + record.n);
  }

  // Of the branches that touch this one at a side, the one that stands at its height.
  beside(record, touches) {
    const middle = (this.layout.jointOf(record) + this.lowerEdge(record)) / 2;
    const reaches = (other) => this.layout.jointOf(other) <= middle && middle <= this.lowerEdge(other);
    return this.layout.records.find((other) => touches(other) && reaches(other));
  }

  lowerEdge(record) {
    return this.layout.children.has(record.id) ? this.layout.y(record.height) : this.layout.frame.foot;
  }

  // Areas lie side by side from a branch's own merge up to the one it takes part in: every place belongs to one branch.
  fit(layout = this.layout) {
    this.layout = layout;
    for (const record of layout.records) {
      const joint = layout.jointOf(record);
      box(this.areas.get(record.id), record, joint, this.lowerEdge(record) - joint);
    }
    for (const mark of [this.pointed, this.selected]) if (mark.record) this.mark(mark, mark.record);
  }

  point(record) {
    this.mark(this.pointed, record);
    this.says.told(record);
  }

  reach(record) {
    this.areas.get(this.current.id).setAttribute("tabindex", -1);
    this.areas.get(record.id).setAttribute("tabindex", 0);
    this.areas.get(record.id).setAttribute("aria-label", this.says.name(record));
    this.current = record;
    this.point(record);
  }

  select(id) {
    for (const [own, area] of this.areas) area.setAttribute("aria-pressed", own === id);
    this.mark(this.selected, this.layout.byId.get(id));
  }

  // A mark spans a branch with everything below it; around the whole drawing there is none.
  mark(mark, record) {
    mark.record = record;
    const isPart = Boolean(record) && record !== this.layout.root;
    mark.classList.toggle("is-shown", isPart);
    if (!isPart) return;
    const joint = this.layout.jointOf(record);
    box(mark, record, joint, this.layout.frame.foot - joint);
  }

  remove() {
    for (const part of [this.place, this.pointed, this.selected]) part.remove();
  }
}

function box(rect, { span: [left, right] }, y, height) {
  for (const [name, value] of Object.entries({ x: left, y, width: right - left, height: Math.max(height, 0) })) {
    rect.setAttribute(name, Math.round(value * 10) / 10);
  }
}
