// The drawing's own paths, read back as points: one truth, nothing sent twice. Written by clustering/mapping.py.
const MOVE = /[Mm](-?\d+) ?(-?\d+)h0/g;

export function readPoints(svg, branches) {
  const paths = [...svg.querySelectorAll("path.dots")];
  const moves = paths.map((path) => [...path.getAttribute("d").matchAll(MOVE)]);
  const n = moves.reduce((sum, found) => sum + found.length, 0);
  const points = { n, x: new Float32Array(n), y: new Float32Array(n), position: new Int32Array(n), leaf: new Uint8Array(n), leaves: [] };
  let at = 0;
  paths.forEach((path, leaf) => {
    const branch = Number(path.dataset.branch);
    const steps = path.dataset.at?.split(" ");
    points.leaves.push({ branch, first: at, last: at + moves[leaf].length });
    let [x, y, position] = [0, 0, branches[branch].start];
    moves[leaf].forEach(([, across, down], index) => {
      x += Number(across);
      y += Number(down);
      position += steps ? Number(steps[index]) : Math.min(index, 1);
      points.x[at] = x;
      points.y[at] = y;
      points.position[at] = position;
      points.leaf[at] = leaf;
      at += 1;
    });
  });
  return points;
}

// The dot nearest to a place of the map within reach; -1 where there is none.
export function nearestDot(points, x, y, reach) {
  let [best, least] = [-1, reach * reach];
  for (let i = 0; i < points.n; i += 1) {
    const distance = (points.x[i] - x) ** 2 + (points.y[i] - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

// The dots inside a ring of places of the map: those from which a ray to the right crosses it an odd number of times.
export function dotsInside(points, ring) {
  const found = [];
  for (let i = 0; i < points.n; i += 1) {
    let inside = false;
    for (let a = 0, b = ring.length - 1; a < ring.length; b = a, a += 1) {
      const [ax, ay] = ring[a];
      const [bx, by] = ring[b];
      if (ay > points.y[i] !== by > points.y[i] && points.x[i] < ((bx - ax) * (points.y[i] - ay)) / (by - ay) + ax) inside = !inside;
    }
    if (inside) found.push(i);
  }
  return found;
}

// The middle of the dots of some leaves, by the median, which a few far customers do not move.
export function middleOf(points, leaves) {
  const xs = [];
  const ys = [];
  for (const { first, last } of leaves) {
    for (let i = first; i < last; i += 1) {
      xs.push(points.x[i]);
      ys.push(points.y[i]);
    }
  }
  return xs.length ? [median(xs), median(ys)] : null;
}

function median(values) {
  const sorted = Float32Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
