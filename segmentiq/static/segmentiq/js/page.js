// The state of the result page: one cut, one selection. Views show them and ask for others; none of them talks to another one.
import { Cuts } from "./cut.js";

const UNDO_STEPS = 50;
const REST_MS = 150;

export class Page {
  constructor(data) {
    this.data = data;
    this.cuts = new Cuts(data);
    this.cut = this.cuts.of(data.shown);
    this.selection = { branch: null, customers: null, source: null };
    this.views = [];
    this.past = [];
    this.settled = this.cut;
    this.shapes = [];
    this.onScreen = new Set();
    this.behind = new Set();
    this.watch = new IntersectionObserver((entries) => this.see(entries));
    addEventListener("beforeprint", () => this.catchUp());
  }

  register(view, root) {
    this.views.push({ view, root });
    if (root) this.watch.observe(root);
    view.show?.(this.cut, { dragging: false });
  }

  // Shapes that wear the colour of the segment that holds their branch, in any drawing; also those drawn later.
  adopt(shapes) {
    for (const shape of shapes) {
      const worn = shape.getAttribute("class") ?? "";
      this.shapes.push({ shape, id: Number(shape.dataset.branch), kind: worn.replace(/ ?\bs\d\b/, ""), worn });
    }
    this.recolour();
  }

  disown(root) {
    this.shapes = this.shapes.filter(({ shape }) => !root.contains(shape));
  }

  // Move the cut. While it is dragged only what is on the screen follows; the rest is caught up when it rests.
  showCut(cut, { dragging = false } = {}) {
    if (!cut) return;
    if (!dragging) this.remember(cut);
    const moved = cut !== this.cut;
    this.cut = cut;
    if (moved) this.recolour();
    for (const entry of this.views) {
      if (!entry.view.show) continue;
      if (!entry.root || this.onScreen.has(entry.root)) this.refresh(entry, dragging);
      else this.behind.add(entry);
    }
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), REST_MS);
  }

  undo() {
    const before = this.past.pop();
    if (!before) return;
    this.settled = before;
    this.showCut(before);
  }

  get canUndo() {
    return this.past.length > 0;
  }

  select({ branch = null, customers = null, source = null }) {
    this.selection = { branch, customers, source };
    for (const { view } of this.views) view.select?.(this.selection, this.cut);
  }

  // What only the server knows of a cut picked by hand: its words and silhouettes; asked for once.
  words(cut) {
    this.asked ??= new Map();
    if (!this.asked.has(cut.query)) {
      const answer = fetch(`${this.data.urls.cut}?${cut.query}`).then((response) => (response.ok ? response.json() : {}));
      this.asked.set(cut.query, answer.catch(() => ({})));
    }
    return this.asked.get(cut.query);
  }

  // A branch was named or coloured: every view shows it so.
  rename({ branch: id, name, note, hue }) {
    const branch = this.data.branches[id];
    Object.assign(branch, { name, note, hue });
    for (const { view } of this.views) view.rename?.(branch);
    this.recolour();
    this.showCut(this.cut);
  }

  // --- how it follows -------------------------------------------------------------------------------------------------

  remember(cut) {
    if (cut === this.settled) return;
    this.past = [...this.past, this.settled].slice(-UNDO_STEPS);
    this.settled = cut;
  }

  refresh(entry, dragging) {
    this.behind.delete(entry);
    entry.view.show(this.cut, { dragging });
  }

  see(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.onScreen.add(target);
      else this.onScreen.delete(target);
    }
    for (const entry of [...this.behind]) if (this.onScreen.has(entry.root)) this.refresh(entry, false);
  }

  rest() {
    this.catchUp();
    const isAnswer = this.cut.ids.join() === this.data.answer.branches.join();
    const wanted = isAnswer ? location.pathname : `?${this.cut.query}`;
    history.replaceState(null, "", wanted + location.hash);
  }

  catchUp() {
    for (const entry of [...this.behind]) this.refresh(entry, false);
  }

  recolour() {
    for (const entry of this.shapes) {
      const holder = this.cut.holders.get(entry.id);
      const wanted = holder ? `${entry.kind} s${holder.hue}` : entry.kind;
      if (wanted === entry.worn) continue;
      entry.worn = wanted;
      entry.shape.setAttribute("class", wanted);
    }
  }
}
