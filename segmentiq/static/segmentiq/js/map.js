// The map: every dot a customer. The server's drawing becomes a canvas that zooms, recolours within a frame, and in which customers are circled.
import { offerDownloads } from "./download.js";
import { Hand } from "./map_hand.js";
import { placeNumbers } from "./map_numbers.js";
import { Painter } from "./map_paint.js";
import { dotsInside, nearestDot, readPoints } from "./map_points.js";
import { Who } from "./map_who.js";
import { MapWindow } from "./map_window.js";
import { drawn } from "./nodes.js";

const REACH = 9;
const FEW = 8;

export function mount(root, page) {
  return new CustomerMap(root, page);
}

class CustomerMap {
  constructor(root, page) {
    [this.root, this.page] = [root, page];
    this.part = (name) => root.querySelector(`[data-map-${name}]`);
    this.svg = root.querySelector("svg.map");
    this.points = readPoints(this.svg, page.data.branches);
    const [, , width, height] = this.svg.getAttribute("viewBox").split(" ").map(Number);
    this.view = new MapWindow(width, height);
    this.canvas = this.makeCanvas();
    this.painter = new Painter(this.canvas, this.svg);
    this.who = new Who(root, page);
    this.hand = new Hand(this.canvas, this);
    this.selection = { branch: null, customers: null };
    this.take(page.cut);
    this.makeTools();
    this.follow();
  }

  makeCanvas() {
    const canvas = document.createElement("canvas");
    canvas.className = "map-canvas";
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-labelledby", "map-title");
    canvas.setAttribute("aria-description", "Plus and minus zoom, the arrows move, 0 shows all.");
    this.svg.before(canvas);
    this.svg.classList.add("is-replaced");
    return canvas;
  }

  makeTools() {
    offerDownloads(this.root, () => this.stand());
    this.part("tools").hidden = false;
    this.part("lasso").addEventListener("click", () => this.circling(!this.hand.isCircling));
    const factors = { in: 1.5, out: 1 / 1.5, all: 0 };
    for (const button of this.root.querySelectorAll("[data-map-zoom]")) {
      button.addEventListener("click", () => this.zoom(factors[button.dataset.mapZoom]));
    }
    this.part("segment").addEventListener("change", ({ target }) => {
      this.page.select({ branch: target.value ? Number(target.value) : null, source: this });
    });
  }

  // Size, sharpness and colours follow the screen and the theme.
  follow() {
    new ResizeObserver(() => this.fit()).observe(this.part("frame"));
    const recolour = () => {
      this.painter.forget();
      this.draw();
    };
    new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    addEventListener("beforeprint", () => this.numberDrawing());
    this.fit();
  }

  // On paper the drawing stands again: it has no pixels.
  numberDrawing() {
    const { view, points, cut } = this;
    const whole = Object.assign(new MapWindow(view.mapWidth, view.mapHeight), { width: view.width });
    const numbers = placeNumbers(points, cut, whole).map(({ number, x, y }) => {
      const [mapX, mapY] = whole.toMap(x, y);
      return drawn("text", { x: Math.round(mapX), y: Math.round(mapY), dy: 25 }, number);
    });
    this.svg.querySelector(".map-labels").replaceChildren(...numbers);
  }

  // As a file it stands again, too: whole, whatever part is shown.
  stand() {
    this.numberDrawing();
    this.svg.classList.remove("is-replaced");
    return () => this.svg.classList.add("is-replaced");
  }

  fit() {
    const width = this.part("frame").clientWidth;
    if (!width) return;
    this.view.width = width;
    this.painter.fit(width, this.view.height);
    this.draw();
  }

  // --- what the page tells ------------------------------------------------------------------------------------------------

  show(cut, { dragging }) {
    this.take(cut);
    if (!dragging) {
      this.offerSegments(cut);
      this.pick();
    }
    this.draw();
  }

  take(cut) {
    this.cut = cut;
    const holders = this.points.leaves.map(({ branch }) => cut.holders.get(branch));
    this.hues = holders.map((holder) => holder?.hue ?? 0);
    const numbers = holders.map((holder) => cut.numberOf(holder?.id) ?? 0);
    this.order = [...numbers.keys()].sort((a, b) => numbers[a] - numbers[b]);
  }

  select(selection) {
    this.selection = selection;
    this.pick();
    this.part("segment").value = selection.branch ?? "";
    this.draw();
  }

  // Which dots are picked: those of the selected customers, or of the selected branch; null where nothing is selected.
  pick() {
    const { points, selection } = this;
    const { branch, customers } = selection;
    this.picked = null;
    this.ringed = [];
    if (customers || branch !== null) {
      const { start, n } = this.page.data.branches[branch] ?? {};
      const isPicked = customers ? (at) => customers.has(at) : (at) => start <= at && at < start + n;
      this.picked = Uint8Array.from(points.position, (at) => (isPicked(at) ? 1 : 0));
      if (customers && customers.size <= FEW) this.ringed = this.dotsOf(customers);
      if (customers && !this.picked.includes(1)) this.picked = null; // none of them is on the map
    }
    this.who.show(points, selection, this.cut, selection.source === this ? this.picked : null);
  }

  // The dots of some customers in the order they were named: the first of them is meant, the others are like it.
  dotsOf(customers) {
    const places = new Map();
    this.points.position.forEach((at, i) => customers.has(at) && places.set(at, i));
    return [...customers].filter((at) => places.has(at)).map((at) => places.get(at));
  }

  offerSegments(cut) {
    const select = this.part("segment");
    const options = cut.branches.map((branch, index) => new Option(`${index + 1} ${branch.name ?? ""}`, branch.id));
    select.replaceChildren(select.options[0], ...options);
    select.value = this.selection.branch ?? "";
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  }

  // --- what the hand wishes -----------------------------------------------------------------------------------------------

  zoom(factor, x, y) {
    if (factor) this.view.zoomAt(factor, x, y);
    else this.view.showAll();
    this.draw();
  }

  pan(x, y) {
    if (this.view.isAll) return false;
    this.view.pan(x, y);
    this.draw();
    return true;
  }

  circling(isOn) {
    this.hand.isCircling = isOn;
    this.part("lasso").setAttribute("aria-pressed", isOn);
    this.canvas.classList.toggle("is-circling", isOn);
  }

  circle(ring, isDone) {
    const places = ring.map((place) => this.view.toMap(...place));
    this.lasso = isDone ? null : places;
    if (!isDone) return this.draw();
    this.circling(false);
    const found = dotsInside(this.points, places);
    this.page.select({ customers: found.length ? new Set(found.map((i) => this.points.position[i])) : null, source: this });
  }

  choose(place) {
    const dot = place ? this.dotAt(place) : -1;
    this.page.select({ customers: dot < 0 ? null : new Set([this.points.position[dot]]), source: this });
  }

  dotAt(place) {
    return nearestDot(this.points, ...this.view.toMap(...place), REACH / this.view.unit);
  }

  // Hovering names the segment at once, and the customer as soon as the names are here.
  async point(place) {
    const tip = this.part("tip");
    const dot = place && !this.hand.isCircling ? this.dotAt(place) : -1;
    if (dot === this.pointed) return;
    this.pointed = dot;
    tip.hidden = dot < 0;
    if (dot < 0) return;
    const holder = this.cut.holders.get(this.points.leaves[this.points.leaf[dot]].branch);
    const segment = holder ? `segment ${this.cut.numberOf(holder.id)}${holder.name ? `, ${holder.name}` : ""}` : "";
    const [x, y] = this.view.toPixels(this.points.x[dot], this.points.y[dot]);
    tip.textContent = segment.charAt(0).toUpperCase() + segment.slice(1);
    tip.classList.toggle("is-left", x > this.view.width / 2);
    tip.style.setProperty("--x", `${x}px`);
    tip.style.setProperty("--y", `${y}px`);
    const names = await this.who.fetchNames();
    if (this.pointed === dot && names[dot]) tip.textContent = `${names[dot]}, ${segment}`;
  }

  // --- drawing ------------------------------------------------------------------------------------------------------------

  // At most once a frame, however much is wished in between.
  draw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  paint() {
    const { points, view, hues, order, lasso, picked, ringed, cut } = this;
    const { branch } = this.selection;
    const chosen = picked && branch !== null ? this.page.data.branches[branch] : null;
    const faint = ({ start }) => Boolean(chosen) && !(chosen.start <= start && start < chosen.start + chosen.n);
    this.painter.paint({ points, view, hues, order, picked, ringed: ringed ?? [], lasso, faint, numbers: placeNumbers(points, cut, view) });
    this.root.querySelector("[data-map-zoom=all]").disabled = view.isAll;
    this.root.querySelector("[data-map-zoom=out]").disabled = view.isAll;
    this.root.querySelector("[data-map-zoom=in]").disabled = view.isClosest;
  }
}
