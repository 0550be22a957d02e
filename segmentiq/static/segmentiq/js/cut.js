// The top tree in the browser: which branches hang below a cut. The same rules as segmentiq/ml/cut.py, on the same at most 99 records.
export class Cuts {
  constructor(data) {
    this.branches = data.branches;
    this.cuts = data.cuts;
    this.splitY = data.split_y;
    this.most = this.splitY.length + 1;
    this.least = Math.min(2, this.most);
  }

  // The segments of a cut, largest first: their place is their number.
  segments(k) {
    const hanging = this.branches.filter((b) => b.born < k && (b.split === null || k <= b.split));
    return hanging.sort((a, b) => b.n - a.n || a.start - b.start);
  }

  // For every branch at or below the cut, the segment that holds it.
  holders(segments) {
    const held = new Map(segments.map((branch) => [branch.id, branch]));
    // A child's number is always higher than its parent's, so one pass downwards is enough.
    for (const branch of this.branches) {
      if (branch.parent !== null && held.has(branch.parent)) held.set(branch.id, held.get(branch.parent));
    }
    return held;
  }

  // How many segments a line at this height of the drawing makes.
  kAt(y) {
    return this.clamp(1 + this.splitY.filter((split) => split < y).length);
  }

  lineOf(k) {
    return this.cuts[k]?.y ?? 0;
  }

  scoreOf(k) {
    return this.cuts[k]?.score ?? "";
  }

  clamp(k) {
    return Math.min(Math.max(k, this.least), this.most);
  }
}
