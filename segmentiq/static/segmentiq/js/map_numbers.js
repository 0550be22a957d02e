// The segments' numbers, each at the middle of its dots or the nearest place where it covers no other one. As clustering/mapping.py.
import { middleOf } from "./map_points.js";

const [LETTER, LINE, RINGS, SPOKES] = [10, 18, 8, 12];

export function placeNumbers(points, cut, view) {
  const leaves = new Map(cut.branches.map((branch) => [branch.id, []]));
  for (const leaf of points.leaves) leaves.get(cut.holders.get(leaf.branch)?.id)?.push(leaf);
  const placed = [];
  cut.branches.forEach((branch, index) => {
    const middle = middleOf(points, leaves.get(branch.id));
    if (!middle) return;
    const width = LETTER * String(index + 1).length;
    const [x, y] = clearPlace(view.toPixels(...middle), width, placed, view);
    placed.push({ number: index + 1, branch, x, y, width });
  });
  return placed;
}

function clearPlace(middle, width, placed, view) {
  for (const gap of [LETTER, 0]) {
    const isClear = (x, y) => !placed.some((other) => Math.abs(x - other.x) < (width + other.width) / 2 + gap && Math.abs(y - other.y) < LINE);
    for (const [x, y] of around(middle)) {
      const isInside = x >= width / 2 && x <= view.width - width / 2 && y >= LINE / 2 && y <= view.height - LINE / 2;
      if (isInside && isClear(x, y)) return [x, y];
    }
  }
  return middle;
}

function* around([x, y]) {
  yield [x, y];
  for (let ring = 1; ring <= RINGS; ring += 1) {
    for (let spoke = 0; spoke < SPOKES; spoke += 1) {
      const angle = (2 * Math.PI * spoke) / SPOKES;
      yield [x + ((ring * LINE) / 2) * Math.cos(angle), y + ((ring * LINE) / 2) * Math.sin(angle)];
    }
  }
}
