// The profile table: a column for every segment of the cut, made once for each branch.
import { element, place } from "./nodes.js";

export function mount(root, page) {
  const head = root.querySelector("[data-profile-head]");
  const rows = [...root.querySelectorAll("[data-profile-row]")];
  const made = new Map();

  function column(branch) {
    if (!made.has(branch.id)) {
      const cells = branch.cells.map(([words, telling]) => element("td", words, telling ? "number telling" : "number"));
      made.set(branch.id, [heading(branch), ...cells]);
    }
    const [title] = made.get(branch.id);
    title.className = `number s${branch.hue}`;
    title.title = branch.name;
    return made.get(branch.id);
  }

  return {
    show(cut) {
      const columns = cut.branches.map(column);
      columns.forEach(([title], index) => (title.lastChild.data = index + 1));
      [head, ...rows].forEach((row, at) => {
        place(row, [...[...row.children].slice(0, 2), ...columns.map((cells) => cells[at])]);
      });
      this.select(page.selection, cut);
    },
    select({ branch }, cut) {
      const chosen = cut.holders.get(branch)?.id;
      for (const other of cut.branches) {
        for (const cell of made.get(other.id) ?? []) cell.classList.toggle("is-chosen", other.id === chosen);
      }
    },
  };
}

function heading() {
  const cell = element("th");
  cell.scope = "col";
  cell.append(element("span", "", "chip"), "0");
  return cell;
}
