// The tree: its cut line, its branches, the scale of heights, and whichever branch is opened in its place. Every drawn shape already
// stands when the page arrives; this makes it answer.
import { offerDownloads } from "./download.js";
import { drawn, element } from "./nodes.js";
import { Branches } from "./tree_branches.js";
import { Layout, written } from "./tree_layout.js";
import { Line } from "./tree_line.js";
import { Opened, Opener, outlineOf } from "./tree_opened.js";
import { Picked } from "./tree_picked.js";
import { grey } from "./tree_shapes.js";
import { Words, counted } from "./tree_words.js";

const KEPT = "tree scale";
const SCALE_WORDS = { linear: "", sqrt: ", square root", log: ", logarithm" };

export function mount(root, page) {
  return new Tree(root, page);
}

class Tree {
  constructor(root, page) {
    this.root = root;
    this.page = page;
    this.svg = root.querySelector("[data-tree]");
    // The drawing may no longer be one picture to a screen reader: it now holds controls.
    this.svg.setAttribute("role", "group");
    this.frame = JSON.parse(this.svg.dataset.frame);
    this.scale = "linear";
    this.layout = new Layout(page.data.branches, this.frame, this.scale);
    this.drawn = this.svg.querySelector("[data-drawn]");
    this.labels = this.svg.querySelector("[data-labels]");
    this.outlines = [...this.drawn.querySelectorAll(".limb, .tuft")];
    for (const outline of this.outlines) outline.record = this.layout.byId.get(Number(outline.dataset.branch));
    this.words = new Words(page);
    this.picked = new Picked(this.svg);
    this.line = new Line(this.svg, page, this.layout);
    this.opener = new Opener(page.data.urls.subtree);
    this.opened = null;
    this.path = [];
    this.selected = null;
    this.pointAtBranches();
    this.listen();
    this.wearScale(remembered());
    this.tell(null);
  }

  // --- what people do ---------------------------------------------------------------------------------------------------

  listen() {
    const { root } = this;
    offerDownloads(root);
    root.addEventListener("tell", (event) => this.tell(null, event.detail));
    root.querySelector("[data-tools]").addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button && button.getAttribute("aria-disabled") !== "true") this[button.dataset.do]();
    });
    root.querySelector("[data-scales]").addEventListener("change", (event) => this.wearScale(event.target.value));
    root.querySelector("[data-path]").addEventListener("click", (event) => {
      const step = event.target.closest("[data-depth]");
      if (step) this.back(Number(step.dataset.depth));
    });
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.path.length) this.back(this.path.length - 1);
    });
    root.querySelector("[data-table]")?.addEventListener("toggle", () => this.fillTable());
  }

  pointAtBranches() {
    this.branches = new Branches(this.svg, this.now, {
      name: (record) => this.words.name(record),
      told: (record) => this.tell(record),
      selected: (record) => this.choose(record),
      opened: (record) => this.openRecord(record),
    });
    this.branches.select(this.selected?.id ?? null);
  }

  get now() {
    return this.opened?.layout ?? this.layout;
  }

  choose(record) {
    const again = record.id === this.selected?.id;
    this.selected = again ? null : record;
    const isTold = record.id in this.page.data.branches;
    const customers = again || isTold ? null : new Set(Array.from({ length: record.n }, (_, index) => record.start + index));
    this.page.select({ branch: again || !isTold ? null : record.id, customers, source: this });
  }

  split() {
    this.page.showCut(this.words.edits(this.selected.id).split);
  }

  merge() {
    const { merge, into } = this.words.edits(this.selected.id);
    this.page.showCut(merge);
    this.page.select({ branch: into, source: this });
  }

  undo() {
    this.page.undo();
  }

  open() {
    return this.openRecord(this.selected);
  }

  // --- what is drawn ----------------------------------------------------------------------------------------------------

  async openRecord(record) {
    if (record.n < 2 || record === this.now.root) return;
    try {
      const records = await this.opener.recordsOf(record.id);
      this.path.push({ record, name: this.words.name(record) });
      this.replace(records);
    } catch (error) {
      this.tell(null, { title: "This branch could not be opened.", words: "The site did not answer; try again in a moment." });
    }
  }

  async back(depth) {
    this.path = this.path.slice(0, depth);
    this.replace(depth ? await this.opener.recordsOf(this.path.at(-1).record.id) : null);
  }

  replace(records) {
    this.opened?.remove();
    this.opened = records && new Opened(this.svg, this.page, records, this.frame, this.scale);
    this.root.classList.toggle("is-opened", Boolean(records));
    this.branches.remove();
    this.pointAtBranches();
    this.picked.draw(this.now);
    this.drawAxis();
    this.drawPath();
    this.offer();
    this.branches.areas.get(this.now.root.id).focus({ preventScroll: true });
  }

  drawPath() {
    const names = [`All ${counted(this.layout.root.n)}`, ...this.path.map(({ name }) => name)];
    const steps = names.map((name, depth) => {
      const isLast = depth === names.length - 1;
      const step = element(isLast ? "span" : "button", name);
      if (isLast) step.setAttribute("aria-current", "true");
      else Object.assign(step, { type: "button", className: "link" }).dataset.depth = depth;
      const item = element("li");
      item.append(step);
      return item;
    });
    this.root.querySelector("[data-path]").replaceChildren(...steps);
  }

  wearScale(scale) {
    remember(scale);
    this.root.querySelector(`[data-scales] [value=${scale}]`).checked = true;
    if (scale === this.scale) return;
    this.scale = scale;
    this.layout = new Layout(this.page.data.branches, this.frame, scale);
    this.drawn.querySelector(".above").setAttribute("d", grey(this.layout));
    for (const outline of this.outlines) outline.setAttribute("d", outlineOf(this.layout, outline));
    this.line.rescale(this.layout, this.page.cut);
    this.opened?.rescale(scale);
    this.branches.fit(this.now);
    this.drawAxis();
  }

  drawAxis() {
    const axis = this.svg.querySelector("[data-axis]");
    const title = axis.firstElementChild;
    title.textContent = title.textContent.replace(/\).*/, `)${SCALE_WORDS[this.scale]}`);
    const x = this.frame.left - 12;
    axis.replaceChildren(title, ...this.now.ticks().map((height) => drawn("text", { x, y: this.now.y(height) + 4 }, written(height))));
  }

  // --- what the page asks ----------------------------------------------------------------------------------------------

  show(cut) {
    this.line.show(cut);
    this.opened?.showCut(cut);
    this.labels.replaceChildren(...cut.branches.flatMap((branch, index) => this.label(branch, index + 1)));
    this.offer();
    this.tell(null);
    this.fillTable();
  }

  select({ branch, customers, source }) {
    if (branch !== null) this.selected = this.layout.byId.get(branch);
    else if (source !== this || !customers) this.selected = null;
    this.picked.show(this.now, source === this ? null : customers);
    this.branches.select(this.selected?.id ?? null);
    this.offer();
    this.tell(null);
  }

  // Number and size under a segment, where they fit; the same rule as clustering/drawing.py.
  label(branch, number) {
    const [left, right] = branch.span;
    const size = branch.n.toLocaleString("en");
    const x = (left + right) / 2;
    const texts = [];
    if (right - left < 7 * String(number).length) return texts;
    texts.push(drawn("text", { x, y: this.frame.labels[0], "font-weight": 600 }, number));
    if (right - left >= 8 * size.length) texts.push(drawn("text", { x, y: this.frame.labels[1], opacity: 0.75 }, size));
    return texts;
  }

  offer() {
    const { split, merge } = this.selected ? this.words.edits(this.selected.id) : {};
    const canOpen = this.selected && this.selected.n > 1 && this.selected.id !== this.now.root.id;
    const offers = { split, merge, open: canOpen, undo: this.page.canUndo };
    for (const button of this.root.querySelectorAll("[data-do]")) {
      if (offers[button.dataset.do]) button.removeAttribute("aria-disabled");
      else button.setAttribute("aria-disabled", "true");
    }
  }

  tell(record, said = null) {
    const shown = record ?? this.selected;
    const { title, words } = said ?? (!shown && this.picked.positions ? this.picked.about(this.page.cut) : this.words.about(shown));
    for (const [place, text] of [["title", title], ["words", words]]) {
      const element = this.root.querySelector(`[data-note-${place}]`);
      if (element.textContent !== text) element.textContent = text;
    }
  }

  fillTable() {
    if (!this.root.querySelector("[data-table]")?.open) return;
    const { cut } = this.page;
    for (const cell of this.root.querySelectorAll("[data-place-of]")) {
      const holder = cut.holders.get(Number(cell.dataset.placeOf));
      cell.textContent = holder ? `in segment ${cut.numberOf(holder.id)}` : "above the cut";
    }
  }
}

function remembered() {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept in SCALE_WORDS ? kept : "linear";
  } catch {
    return "linear"; // a browser may keep nothing
  }
}

function remember(scale) {
  try {
    localStorage.setItem(KEPT, scale);
  } catch {
    // Then the next page starts linear.
  }
}
