// Branch records in, everything's place in the drawing out: the same rules as clustering/layout.py, on any scale of heights.
// A record is {id, parent, height, n, start, span}; parents come before their children, and the first one is the root.
const RATIOS = {
  linear: (height, { tallest }) => height / tallest,
  sqrt: (height, { tallest }) => Math.sqrt(height / tallest),
  log: (height, { tallest, least }) => Math.log(Math.max(height, least) / least) / Math.log(tallest / least),
};
const TICK_ROOM = 24;

export class Layout {
  constructor(records, frame, scale) {
    this.records = records;
    this.frame = frame;
    this.scale = scale;
    this.root = records[0];
    this.byId = new Map(records.map((record) => [record.id, record]));
    this.children = new Map();
    for (const record of records.slice(1)) {
      if (!this.children.has(record.parent)) this.children.set(record.parent, []);
      this.children.get(record.parent).push(record);
    }
    for (const pair of this.children.values()) pair.sort((a, b) => a.start - b.start);
    this.stems = new Map();
    for (const record of records.toReversed()) this.stems.set(record.id, this.stemOf(record));
    this.measure();
  }

  stemOf(record) {
    const pair = this.children.get(record.id);
    if (!pair) return (record.span[0] + record.span[1]) / 2;
    return (this.stems.get(pair[0].id) + this.stems.get(pair[1].id)) / 2;
  }

  measure() {
    const heights = this.records.map(({ height }) => height);
    this.tallest = Math.max(...heights);
    // On a logarithmic axis nothing stands at 0; what is a million times lower than the root is as good as 0.
    this.least = Math.max(Math.min(...heights.filter((height) => height > 0)) * 0.8, this.tallest / 1e6);
    const merges = this.records.filter(({ id }) => this.children.has(id)).map(({ height }) => height);
    const leaves = this.records.filter(({ id }) => !this.children.has(id)).map(({ height }) => height);
    this.merges = merges.sort((a, b) => b - a);
    this.floor = Math.max(...leaves);
  }

  y(height) {
    const { top, bottom } = this.frame;
    return this.tallest > 0 ? bottom - (bottom - top) * RATIOS[this.scale](height, this) : bottom;
  }

  // Where a branch's stem begins: at the merge it takes part in.
  jointOf(record) {
    const parent = this.byId.get(record.parent);
    return parent ? this.y(parent.height) : this.frame.top - 12;
  }

  // Round heights: evenly spaced on a linear axis; of 1, 2, 5, 10, ... those that have room on the others.
  ticks() {
    if (!(this.tallest > 0)) return [];
    if (this.scale === "linear") return evenTicks(this.tallest);
    const found = [];
    for (let power = Math.floor(Math.log10(this.tallest)); 10 ** power > this.tallest / 1e7; power -= 1) {
      for (const factor of [5, 2, 1]) {
        const height = factor * 10 ** power;
        if (height > this.tallest || (this.scale === "log" && height < this.least)) continue;
        const last = found.length ? this.y(found.at(-1)) : -Infinity;
        if (this.y(height) - last >= TICK_ROOM && this.frame.bottom - this.y(height) >= TICK_ROOM) found.push(height);
      }
    }
    return this.scale === "log" ? found : [...found, 0];
  }

  // The height of the cut line: midway between the split that made the last segment and the next one.
  lineHeight(cut) {
    const below = Math.max(...cut.branches.map(({ height }) => height));
    return cut.k === 1 ? below * 1.05 : (this.merges[cut.k - 2] + below) / 2;
  }

  // The cut line from left to right as [right edge, y]: one step, or one per segment where they were picked by hand.
  steps(cut) {
    if (!cut.isPicked) return [[this.frame.right, this.y(this.lineHeight(cut))]];
    const inOrder = [...cut.branches].sort((a, b) => a.start - b.start);
    return inOrder.map((record) => [record.span[1], (this.jointOf(record) + this.y(record.height)) / 2]);
  }

  // The heights between which the tree falls into k segments.
  gap(k) {
    return [this.merges[k - 2], this.merges[k - 1] ?? this.floor];
  }

  segmentsAt(y) {
    return 1 + this.merges.filter((height) => this.y(height) < y).length;
  }
}

function evenTicks(tallest) {
  const power = 10 ** Math.floor(Math.log10(tallest / 4));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= tallest / 4);
  return Array.from({ length: Math.floor(tallest / step) + 1 }, (_, index) => step * index);
}

export function written(height) {
  return height.toLocaleString("en", { maximumSignificantDigits: 6 });
}

// Three digits tell a person where a branch stands.
export function rounded(height) {
  return height.toLocaleString("en", { maximumSignificantDigits: 3 });
}
