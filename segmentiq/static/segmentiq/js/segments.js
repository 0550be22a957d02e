// Segment cards, the profile table and the numbers on the map, rebuilt from the words that came with the page: nothing is worded here, only placed.
export class Cards {
  constructor(place, blank) {
    this.place = place;
    this.blank = blank;
    this.made = new Map();
  }

  show(k, segments) {
    place(this.place, segments.map((branch, index) => this.card(branch, index + 1, k)));
  }

  card(branch, number, k) {
    if (!this.made.has(branch.id)) this.made.set(branch.id, this.make(branch));
    const card = this.made.get(branch.id);
    const place = card.querySelector("[data-field=number]");
    if (place.textContent !== String(number)) place.textContent = number;
    card.querySelector("[data-k-value]").value = k;
    return card;
  }

  make(branch) {
    const card = this.blank.content.firstElementChild.cloneNode(true);
    const field = (name) => card.querySelector(`[data-field=${name}]`);
    card.className = `segment s${branch.hue}`;
    card.dataset.card = branch.id;
    for (const name of ["name", "size", "share", "found", "note", "typical"]) field(name).textContent = branch[name];
    for (const name of ["found", "note"]) field(name).hidden = !branch[name];
    field("share_width").setAttribute("width", branch.share_width);
    field("facts").replaceChildren(...branch.facts.map((fact) => element("li", fact)));
    field("branch").value = branch.id;
    field("name_value").value = branch.name;
    field("note_value").value = branch.note;
    return card;
  }
}

export class Profiles {
  constructor(head, rows) {
    this.head = head;
    this.rows = rows;
    this.made = new Map();
  }

  // One branch's cells, a heading first and then one per row, made once.
  cells(branch) {
    if (!this.made.has(branch.id)) {
      const cells = branch.cells.map(({ words, telling }) => element("td", words, telling ? "number telling" : "number"));
      this.made.set(branch.id, [heading(branch), ...cells]);
    }
    return this.made.get(branch.id);
  }

  show(segments) {
    if (!this.head) return;
    const columns = segments.map((branch) => this.cells(branch));
    columns.forEach(([head], index) => (head.lastChild.data = index + 1));
    [this.head, ...this.rows].forEach((row, at) => {
      place(row, [...[...row.children].slice(0, 2), ...columns.map((cells) => cells[at])]);
    });
  }
}

export class Spots {
  constructor(place) {
    this.place = place;
  }

  show(segments) {
    const labels = segments.map(({ spot }, index) => {
      if (!spot) return null; // none of its customers is in the map's sample
      const label = document.createElementNS("http://www.w3.org/2000/svg", "text");
      label.textContent = index + 1;
      for (const [name, value] of Object.entries({ x: spot[0], y: spot[1], dy: 5 })) label.setAttribute(name, value);
      return label;
    });
    this.place.replaceChildren(...labels.filter(Boolean));
  }
}

// Put these nodes, and no others, into a place; those that stand right are not touched, so that they need no new layout.
function place(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

function heading(branch) {
  const cell = element("th", "", `number s${branch.hue}`);
  cell.scope = "col";
  cell.append(element("span", "", "chip"), "0");
  return cell;
}

function element(tag, words, classes = "") {
  const made = document.createElement(tag);
  made.textContent = words;
  if (classes) made.className = classes;
  return made;
}
