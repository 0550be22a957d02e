// The segments in a few lines under the sentence: number, name and share of the largest, each a way to its card.
import { element, place, setText } from "./nodes.js";

export function mount(root, page) {
  const list = root.querySelector("[data-glance]");
  const more = root.querySelector("[data-more]");
  const most = Number(root.dataset.most);
  const made = new Map();

  function lineOf(branch, number) {
    if (!made.has(branch.id)) made.set(branch.id, makeLine(branch));
    const line = made.get(branch.id);
    line.className = `s${branch.hue}`;
    setText(line.querySelector(".glance-number"), number);
    setText(line.querySelector(".glance-name"), branch.name);
    return line;
  }

  function makeLine(branch) {
    const link = Object.assign(element("a"), { href: `#branch-${branch.id}` });
    link.append(element("span", "", "chip"), element("span", "", "glance-number"), " ", element("span", "", "glance-name"), " ");
    link.append(element("span", branch.share, "hush"));
    const line = element("li");
    line.append(link);
    return line;
  }

  return {
    show(cut) {
      place(list, cut.branches.slice(0, most).map((branch, index) => lineOf(branch, index + 1)));
      setText(more, `All ${cut.k} segments`);
      more.hidden = cut.k <= most;
    },
  };
}
