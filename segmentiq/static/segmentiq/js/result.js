// The result page: one number, k, and everything that shows it. A moved cut recolours tree, map, cards, table and sizes without a request.
import { Cuts } from "./cut.js";
import { Cards, Profiles, Spots } from "./segments.js";
import { Tree } from "./tree.js";

const data = JSON.parse(document.getElementById("run-data").textContent);
const all = (selector) => [...document.querySelectorAll(selector)];
const cuts = new Cuts(data);
const shapes = all("[data-branch]").map((shape) => ({
  shape,
  id: Number(shape.dataset.branch),
  kind: shape.getAttribute("class").replace(/ ?s\d$/, ""),
  worn: shape.getAttribute("class"),
}));
const cards = new Cards(document.querySelector("[data-cards]"), document.getElementById("blank-card"));
const profiles = new Profiles(document.querySelector("[data-profile-head]"), all("[data-profile-row]"));
const spots = new Spots(document.querySelector("[data-map-labels]"));
const tree = new Tree(document.querySelector("[data-tree]"), cuts, data.label_y, show);

let shown = 0;

function show(k, { dragging = false } = {}) {
  if (k === shown && !dragging) return address(k);
  shown = k;
  const segments = cuts.segments(k);
  recolour(cuts.holders(segments));
  tree.show(k, segments, { dragging });
  spots.show(segments);
  mark(k);
  whenSeen(() => cards.show(k, segments), cards);
  whenSeen(() => profiles.show(segments), profiles);
  if (!dragging) address(k);
}

// What is off the screen follows once the cut has rested: a drag must not wait for what nobody sees.
const seen = new WeakSet();
const waiting = new Map();
let catchingUp = 0;
const watch = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const part = target.id === "segments" ? cards : profiles;
    if (isIntersecting) seen.add(part);
    else seen.delete(part);
  }
  if ([...waiting.keys()].some((part) => seen.has(part))) catchUp();
});
for (const section of all("#segments, #profiles")) watch.observe(section);
addEventListener("beforeprint", catchUp);

function whenSeen(update, part) {
  if (seen.has(part)) {
    waiting.delete(part);
    return update();
  }
  waiting.set(part, update);
  clearTimeout(catchingUp);
  catchingUp = setTimeout(catchUp, 150);
}

function catchUp() {
  clearTimeout(catchingUp);
  for (const update of waiting.values()) update();
  waiting.clear();
}

// Written only when the cut has come to rest: browsers limit how often an address may change, and ask for the icon each time.
let rest = 0;

function address(k) {
  clearTimeout(rest);
  rest = setTimeout(() => history.replaceState(null, "", k === data.answer ? location.pathname : `?k=${k}`), 250);
}

function recolour(held) {
  for (const entry of shapes) {
    const holder = held.get(entry.id);
    const wanted = holder ? `${entry.kind} s${holder.hue}` : entry.kind;
    if (wanted === entry.worn) continue;
    entry.worn = wanted;
    entry.shape.setAttribute("class", wanted);
  }
}

// Everything that names k: sentences, stepper, curve, links and forms.
function mark(k) {
  for (const place of all("[data-k]")) place.textContent = k;
  for (const input of all("[data-k-value]")) input.value = k;
  for (const link of all("[data-k-href]")) link.search = `?k=${k}`;
  for (const step of all("[data-step]")) {
    const next = k + Number(step.dataset.step);
    const possible = next === cuts.clamp(next);
    if (possible) step.removeAttribute("aria-disabled");
    else step.setAttribute("aria-disabled", "true");
    step.href = `?k=${cuts.clamp(next)}`;
  }
  for (const point of all("[data-point]")) {
    const current = Number(point.dataset.point) === k;
    point.classList.toggle("is-current", current);
    point.setAttribute("r", current || point.classList.contains("is-advised") ? 5 : 2);
  }
  const cut = data.cuts[k] ?? {};
  for (const [place, words] of [["headline", cut.headline], ["sentence", cut.sentence]]) {
    const element = document.querySelector(`[data-${place}]`);
    if (words && element.textContent !== words) element.textContent = words;
  }
  const score = document.querySelector("[data-score]");
  if (score) score.textContent = cuts.scoreOf(k);
  const keep = document.querySelector("[data-keep]");
  if (keep) keep.hidden = k === data.answer;
  const off = document.querySelector("[data-off-advice]");
  if (off) off.hidden = k === data.advised && k === data.answer;
  document.title = document.title.replace(/in \d+ segments/, `in ${k} segments`);
}

document.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  const step = event.target.closest("[data-step]");
  const link = event.target.closest("[data-k-link]");
  if (!step && !link) return;
  event.preventDefault();
  show(cuts.clamp(step ? tree.k + Number(step.dataset.step) : Number(link.dataset.kLink)));
});

tree.k = Number(document.querySelector("[data-k]").textContent);
tree.show(tree.k, cuts.segments(tree.k));
