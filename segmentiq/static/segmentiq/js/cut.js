// The top tree in the browser: which branches hang below a cut, by number or picked by hand. The same rules as clustering/cutting.py,
// on the same at most 99 records. A cut never changes; every move makes another one.
export class Cuts {
  constructor(data) {
    this.branches = data.branches;
    this.cuts = data.cuts;
    this.splitY = data.split_y;
    this.most = (this.branches.length + 1) / 2;
    this.least = Math.min(2, this.most);
    this.made = new Map();
  }

  // The cut into k segments, made once: dragging back and forth costs nothing.
  ofK(k) {
    const wanted = this.clamp(k);
    if (!this.made.has(wanted)) {
      const hanging = this.branches.filter((b) => b.born < wanted && (b.split === null || wanted <= b.split));
      this.made.set(wanted, this.cutOf(hanging, false));
    }
    return this.made.get(wanted);
  }

  // The cut into these branches, which together hold every customer once.
  of(ids) {
    const plain = ids.length < this.least ? null : this.ofK(ids.length);
    if (plain?.ids.length === ids.length && ids.every((id) => plain.holders.get(id)?.id === id)) return plain;
    return this.cutOf(ids.map((id) => this.branches[id]), true);
  }

  // A segment replaced by its two children; null where it has none.
  split(cut, id) {
    const children = this.childrenOf(id);
    if (!children.length || !cut.ids.includes(id)) return null;
    return this.of([...cut.ids.filter((other) => other !== id), ...children]);
  }

  // Two segments replaced by the branch they divide; null unless both are segments, or where one would be left.
  merge(cut, parent) {
    const children = this.childrenOf(parent);
    if (!children.length || cut.k <= this.least || !children.every((id) => cut.ids.includes(id))) return null;
    return this.of([...cut.ids.filter((id) => !children.includes(id)), parent]);
  }

  childrenOf(id) {
    const { split } = this.branches[id];
    return split === null ? [] : [2 * split - 1, 2 * split];
  }

  cutOf(branches, isPicked) {
    const ordered = [...branches].sort((a, b) => b.n - a.n || a.start - b.start);
    const holders = this.holdersOf(ordered);
    const ids = ordered.map((branch) => branch.id);
    const numbers = new Map(ids.map((id, place) => [id, place + 1]));
    const query = isPicked ? `branches=${[...ids].sort((a, b) => a - b).join(",")}` : `k=${ids.length}`;
    return { branches: ordered, k: ids.length, isPicked, ids, holders, numberOf: (id) => numbers.get(id), query };
  }

  // For every branch at or below the cut, the segment that holds it. A child's number is always higher than its parent's.
  holdersOf(segments) {
    const held = new Map(segments.map((branch) => [branch.id, branch]));
    for (const branch of this.branches) {
      if (branch.parent !== null && held.has(branch.parent)) held.set(branch.id, held.get(branch.parent));
    }
    return held;
  }

  // The segment at a place in leaf order.
  holderAt(cut, position) {
    return cut.branches.find((branch) => branch.start <= position && position < branch.start + branch.n);
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
