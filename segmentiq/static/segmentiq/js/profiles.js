// The profile table: a column for every segment of the cut, made once for each branch.
import { element, place, setText } from "./nodes.js";

export function mount(root, page) {
  const head = root.querySelector("[data-profile-head]");
  const rows = [...root.querySelectorAll("[data-profile-row]")];
  const made = new Map();
  const units = root.querySelector("[data-units]");
  let isIndex = false;
  units.hidden = false;
  units.addEventListener("change", (event) => {
    isIndex = event.target.value === "index";
    for (const row of rows) setText(row.children[1], isIndex ? "100" : row.dataset.overall);
    made.clear();
    view.show(page.cut);
  });
  for (const row of rows) row.dataset.overall = row.children[1].textContent;

  function column(branch) {
    if (!made.has(branch.id)) {
      const cells = branch.cells.map(([words, telling, index]) =>
        element("td", isIndex ? index : words, telling ? "number telling" : "number"));
      made.set(branch.id, [heading(), ...cells]);
    }
    const [title] = made.get(branch.id);
    title.className = `number s${branch.hue}`;
    title.title = branch.name;
    return made.get(branch.id);
  }

  const view = {
    show(cut) {
      const columns = cut.branches.map(column);
      columns.forEach(([title], index) => (title.lastChild.data = index + 1));
      [head, ...rows].forEach((row, at) => {
        place(row, [...[...row.children].slice(0, 2), ...columns.map((cells) => cells[at])]);
      });
      view.select(page.selection, cut);
    },
    select({ branch }, cut) {
      const chosen = cut.holders.get(branch)?.id;
      for (const other of cut.branches) {
        for (const cell of made.get(other.id) ?? []) cell.classList.toggle("is-chosen", other.id === chosen);
      }
    },
  };
  return view;
}

function heading() {
  const cell = element("th");
  cell.scope = "col";
  cell.append(element("span", "", "chip"), "0");
  return cell;
}
