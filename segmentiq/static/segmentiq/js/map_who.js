// Who they are: how many of the drawn customers were picked, in which segments they are, what sets them apart, and their names.
import { element, setText } from "./nodes.js";

const NAMES_TOLD = 12;
const SEGMENTS_TOLD = 6;

const words = (n) => n.toLocaleString("en");

export class Who {
  constructor(root, page) {
    [this.root, this.page] = [root, page];
    const part = (name) => root.querySelector(`[data-who-${name}]`);
    this.panel = root.querySelector("[data-map-who]");
    this.parts = Object.fromEntries(["title", "segments", "facts", "names", "clear"].map((name) => [name, part(name)]));
    this.parts.clear.addEventListener("click", () => page.select({ source: null }));
    this.told = new Map();
  }

  // Of a selected branch the page knows what to say; of circled customers the server does.
  show(points, selection, cut, picked) {
    const { branch, customers } = selection;
    this.shown = selection;
    this.panel.hidden = !picked;
    if (!picked) return;
    const found = [];
    for (let i = 0; i < points.n; i += 1) if (picked[i]) found.push(i);
    const isOne = customers?.size === 1;
    const those = `${words(found.length)} of the ${words(points.n)} customers on the map`;
    setText(this.parts.title, isOne ? "One customer" : customers ? `You circled ${those}` : `${those} are in this segment`);
    this.parts.segments.replaceChildren(...this.segments(points, found, cut));
    if (isOne) this.facts([]);
    else if (branch !== null && !customers) this.facts(this.page.data.branches[branch].facts ?? []);
    else this.ask(found.map((i) => points.position[i]));
    this.names(points, found);
  }

  segments(points, found, cut) {
    const counts = new Map();
    for (const i of found) {
      const holder = cut.holders.get(points.leaves[points.leaf[i]].branch);
      if (holder) counts.set(holder, (counts.get(holder) ?? 0) + 1);
    }
    const ordered = [...counts].sort((a, b) => b[1] - a[1]);
    const lines = ordered.slice(0, SEGMENTS_TOLD).map(([holder, n]) => {
      const line = element("li", "", `s${holder.hue}`);
      const many = found.length > 1 ? `${words(n)} in segment` : "Segment";
      line.append(element("span", "", "chip"), `${many} ${cut.numberOf(holder.id)}`, element("span", holder.name ? `, ${holder.name}` : "", "hush"));
      return line;
    });
    const rest = ordered.slice(SEGMENTS_TOLD);
    if (rest.length) lines.push(element("li", `${words(rest.reduce((sum, [, n]) => sum + n, 0))} in ${rest.length} more segments`, "hush"));
    return lines;
  }

  facts(sentences) {
    this.parts.facts.replaceChildren(...sentences.map((words) => element("li", words)));
  }

  async ask(at) {
    if (!at.length) return this.facts([]);
    const key = at.join();
    if (!this.told.has(key)) {
      this.facts(["Looking at what sets them apart…"]);
      this.told.set(key, await this.fetchFacts(at));
    }
    if (this.shown.customers) this.facts(this.told.get(key));
  }

  async fetchFacts(at) {
    const token = this.root.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    try {
      const response = await fetch(this.root.dataset.apart, { method: "POST", headers, body: JSON.stringify({ at }) });
      const { facts, error } = await response.json();
      return facts ?? [error];
    } catch {
      return ["What sets them apart could not be fetched. Try again."];
    }
  }

  async names(points, found) {
    const { shown } = this;
    this.parts.names.replaceChildren();
    const names = await this.fetchNames();
    if (shown !== this.shown || !names.length || !found.length) return;
    const links = found.slice(0, NAMES_TOLD).flatMap((i) => [this.linkTo(names[i], points.position[i]), ", "]);
    const more = found.length - NAMES_TOLD;
    links[links.length - 1] = more > 0 ? ` and ${words(more)} more.` : ".";
    this.parts.names.replaceChildren(found.length > 1 ? "Among them: " : "Its values and those most alike: ", ...links);
  }

  linkTo(name, position) {
    const link = element("a", name);
    link.href = `${this.root.dataset.customer}?at=${position}&${this.page.cut.query}`;
    return link;
  }

  // The names of everyone on the map, asked for once and only when somebody points at it.
  fetchNames() {
    this.known ??= fetch(this.root.dataset.drawn)
      .then((response) => response.json())
      .then(({ names }) => names ?? [])
      .catch(() => []);
    return this.known;
  }
}
