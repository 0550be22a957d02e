// What a hand does on the map, as five wishes: zoom, pan, circle, point, choose. The page's own scrolling is never taken: the wheel zooms with
// ctrl only, one finger scrolls unless customers are being circled, two fingers pinch.
const KEY_STEP = 40;
const STILL = 4;

export class Hand {
  constructor(canvas, wishes) {
    [this.canvas, this.wishes] = [canvas, wishes];
    this.down = new Map();
    this.isCircling = false;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.lift(event));
    canvas.addEventListener("pointerleave", () => this.wishes.point(null));
    canvas.addEventListener("touchmove", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  placeOf({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  }

  press(event) {
    if (event.button) return;
    const place = this.placeOf(event);
    this.down.set(event.pointerId, { place, start: place, type: event.pointerType, isStill: true });
    if (event.pointerType === "mouse" || this.isCircling) this.canvas.setPointerCapture(event.pointerId);
    if (this.isCircling) this.ring = [place];
    if (this.down.size === 2) this.ring = null;
  }

  move(event) {
    const hold = this.down.get(event.pointerId);
    const place = this.placeOf(event);
    if (!hold) return event.pointerType === "mouse" && this.wishes.point(place);
    const before = hold.place;
    hold.place = place;
    if (Math.hypot(place[0] - hold.start[0], place[1] - hold.start[1]) >= STILL) hold.isStill = false; // a ring ends where it began
    if (this.down.size === 2) return this.pinch(hold, before);
    if (this.ring) {
      this.ring.push(place);
      return this.wishes.circle(this.ring, false);
    }
    if (hold.type === "mouse") this.wishes.pan(place[0] - before[0], place[1] - before[1]);
  }

  pinch(hold, before) {
    const other = [...this.down.values()].find((entry) => entry !== hold);
    const middle = (a) => [(a[0] + other.place[0]) / 2, (a[1] + other.place[1]) / 2];
    const gap = (a) => Math.hypot(a[0] - other.place[0], a[1] - other.place[1]) || 1;
    const [now, then] = [middle(hold.place), middle(before)];
    this.wishes.pan(now[0] - then[0], now[1] - then[1]);
    this.wishes.zoom(gap(hold.place) / gap(before), ...now);
  }

  lift(event) {
    const hold = this.down.get(event.pointerId);
    if (!hold) return;
    this.down.delete(event.pointerId);
    const isClick = event.type === "pointerup" && hold.isStill;
    const { ring } = this;
    this.ring = null;
    if (ring && !isClick && event.type === "pointerup") return this.wishes.circle(ring, true);
    if (ring) this.wishes.circle([], false);
    if (isClick) this.wishes.choose(hold.place);
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.wishes.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.004)), ...this.placeOf(event));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pans = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const zooms = { "+": 1.5, "=": 1.5, "-": 1 / 1.5, 0: 0 };
    if (event.key in zooms) this.wishes.zoom(zooms[event.key]);
    else if (event.key === "Escape") this.wishes.choose(null);
    else if (!(event.key in pans) || !this.wishes.pan(pans[event.key][0] * KEY_STEP, pans[event.key][1] * KEY_STEP)) return;
    event.preventDefault();
  }
}
