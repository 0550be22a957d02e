// Customers that were picked in another view: where they are in the tree, as a bar under every finest branch, and in words.
import { drawn } from "./nodes.js";
import { isFinest } from "./tree_shapes.js";

const MOST_TOLD = 4;
const BAR = 3;

export class Picked {
  constructor(svg) {
    this.bars = drawn("g", { class: "picked" });
    svg.querySelector("[data-labels]").before(this.bars);
    this.positions = null;
  }

  // `customers` are positions in leaf order.
  show(layout, customers) {
    this.positions = customers && [...customers].sort((a, b) => a - b);
    this.draw(layout);
  }

  // A bar as long as the share of the branch's customers that were picked.
  draw(layout) {
    const leaves = this.positions ? layout.records.filter((record) => isFinest(layout, record)) : [];
    const y = layout.frame.bottom + layout.frame.band + 4;
    this.bars.replaceChildren(...leaves.flatMap((leaf) => {
      const share = this.within(leaf) / leaf.n;
      if (!share) return [];
      const [left, right] = leaf.span;
      return [drawn("rect", { x: left, y, width: Math.max((right - left) * share, 1), height: BAR })];
    }));
  }

  within({ start, n }) {
    return placeIn(this.positions, start + n) - placeIn(this.positions, start);
  }

  about(cut) {
    const found = cut.branches.map((branch, index) => [index + 1, this.within(branch)]).filter(([, n]) => n);
    const told = found.sort((a, b) => b[1] - a[1]).slice(0, MOST_TOLD).map(([number, n]) => `${n.toLocaleString("en")} in segment ${number}`);
    const rest = found.slice(MOST_TOLD).reduce((sum, [, n]) => sum + n, 0);
    const words = rest ? [...told, `${rest.toLocaleString("en")} in others`] : told;
    return { title: this.positions.length === 1 ? "1 picked customer:" : `${this.positions.length.toLocaleString("en")} picked customers:`, words: words.join(", ") };
  }
}

// How many of the sorted positions lie before a place.
function placeIn(positions, place) {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positions[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
