// What is said about a branch in the line that is kept free above the tree, and which hand edits a branch allows.
import { rounded } from "./tree_layout.js";

const HINT = { title: "Point at a branch to see who is in it.", words: "Click it to select it: then split it, merge it, or open it." };
const FACTS = 2;

export class Words {
  constructor(page) {
    this.page = page;
  }

  // The name a branch goes by in the cut at hand.
  name(record) {
    const { cut, data } = this.page;
    const number = cut.numberOf(record.id);
    const own = data.branches[record.id];
    if (number) return `Segment ${number}: ${own.name}`;
    const holder = cut.holders.get(record.holder ?? record.id);
    if (holder) return `Part of segment ${cut.numberOf(holder.id)}${own ? `: ${own.name}` : ""}`;
    const inside = cut.branches.filter(({ start }) => record.start <= start && start < record.start + record.n);
    return `Segments ${listed(inside.map(({ id }) => cut.numberOf(id)).sort((a, b) => a - b))} together`;
  }

  about(record) {
    if (!record) return HINT;
    const { branches } = this.page.data;
    const facts = (branches[record.id]?.facts ?? []).slice(0, FACTS);
    const size = `${counted(record.n)}, ${shareOf(record.n / branches[0].n)}`;
    const height = record.n > 1 ? [`joined at merge distance ${rounded(record.height)}`] : [];
    return { title: this.name(record), words: [size, ...height, ...facts].map(stripped).join(" · ") };
  }

  // The cut after a branch's own edits, null where there is nothing to do.
  edits(id) {
    const { cuts, cut, data } = this.page;
    const own = data.branches[id];
    if (!own) return { split: null, merge: null };
    const into = cuts.merge(cut, id) ? id : own.parent;
    return { split: cuts.split(cut, id), merge: into === null ? null : cuts.merge(cut, into), into };
  }
}

export function counted(n) {
  return `${n.toLocaleString("en")} ${n === 1 ? "customer" : "customers"}`;
}

function shareOf(part) {
  return `${(100 * part).toLocaleString("en", { maximumSignificantDigits: part < 0.1 ? 2 : 3 })} %`;
}

function listed(numbers) {
  const shown = numbers.length > 6 ? [...numbers.slice(0, 5), `${numbers.length - 5} more`] : numbers;
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

function stripped(words) {
  return words.replace(/\.$/, "");
}
