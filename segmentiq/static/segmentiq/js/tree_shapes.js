// A layout in, the outlines of its branches, its cut line and its ladder out, as path data; the same rules as clustering/drawing.py.
export function limb(layout, record) {
  const x = layout.stems.get(record.id);
  const joint = layout.jointOf(record);
  const from = layout.stems.get(record.parent);
  const start = from === undefined ? `M${at(x)} ${at(joint)}` : `M${at(from)} ${at(joint)}H${at(x)}`;
  return `${start}V${at(layout.y(record.height))}`;
}

// What is below a finest branch: a wedge from its own height down to its customers.
export function tuft(layout, record) {
  const [left, right] = record.span;
  const gap = Math.min(1, (right - left) / 6);
  const { bottom } = layout.frame;
  return `M${at(layout.stems.get(record.id))} ${at(layout.y(record.height))}L${at(right - gap)} ${bottom}H${at(left + gap)}Z`;
}

export function isFinest(layout, record) {
  return !layout.children.has(record.id);
}

export function grey(layout) {
  return layout.records.map((record) => limb(layout, record) + (isFinest(layout, record) ? tuft(layout, record) : "")).join("");
}

// Along the cut line to its right end; `steps` are [right edge, y].
function stairs(layout, steps) {
  const rises = steps.slice(1).map(([, y], index) => `H${at(steps[index][0])}V${at(y)}`);
  return `${rises.join("")}H${layout.frame.right + 8}`;
}

export function cutLine(layout, steps) {
  return `M${layout.frame.left - 4} ${at(steps[0][1])}${stairs(layout, steps)}`;
}

export function belowCut(layout, steps) {
  return `M0 ${at(steps[0][1])}${stairs(layout, steps)}V${layout.frame.bottom}H0Z`;
}

function rungX(layout, k) {
  const [left, right] = layout.frame.ladder;
  return left + ((right - left) * Math.log(k / 2)) / Math.log(Math.max(layout.merges.length + 1, 3) / 2);
}

export function ladder(layout) {
  const steps = layout.merges.map((_, index) => {
    const k = index + 2;
    return `H${at(rungX(layout, k))}V${at(layout.y(layout.gap(k)[1]))}`;
  });
  return `M${at(rungX(layout, 2))} ${at(layout.y(layout.merges[0]))}${steps.join("")}`;
}

export function rung(layout, k) {
  if (k < 2) return "";
  const [above, below] = layout.gap(k);
  return `M${at(rungX(layout, k))} ${at(layout.y(above))}V${at(layout.y(below))}`;
}

function at(place) {
  return place.toFixed(1);
}
