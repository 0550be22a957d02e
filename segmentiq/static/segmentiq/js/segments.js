// Segment cards, the profile table and the numbers on the map, rebuilt from the words that came with the page: nothing is worded here, only placed.
export class Cards {
  constructor(place, blank) {
    this.place = place;
    this.blank = blank;
    this.made = new Map();
  }

  show(k, segments) {
    this.place.replaceChildren(...segments.map((branch, index) => this.card(branch, index + 1, k)));
  }

  card(branch, number, k) {
    if (!this.made.has(branch.id)) this.made.set(branch.id, this.make(branch));
    const card = this.made.get(branch.id);
    card.querySelector("[data-field=number]").textContent = number;
    card.querySelector("[data-k-value]").value = k;
    return card;
  }

  make(branch) {
    const card = this.blank.content.firstElementChild.cloneNode(true);
    const field = (name) => card.querySelector(`[data-field=${name}]`);
    card.className = `segment s${branch.hue}`;
    card.dataset.card = branch.id;
    for (const name of ["name", "size", "share", "note", "typical"]) field(name).textContent = branch[name];
    field("note").hidden = !branch.note;
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
  }

  show(segments) {
    this.head?.replaceChildren(...[...this.head.children].slice(0, 2), ...segments.map((branch, index) => heading(branch, index + 1)));
    this.rows.forEach((row, at) => {
      const cells = segments.map(({ cells: all }) => element("td", all[at].words, all[at].telling ? "number telling" : "number"));
      row.replaceChildren(...[...row.children].slice(0, 2), ...cells);
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

function heading(branch, number) {
  const cell = element("th", "", `number s${branch.hue}`);
  cell.scope = "col";
  cell.append(element("span", "", "chip"), String(number));
  return cell;
}

function element(tag, words, classes = "") {
  const made = document.createElement(tag);
  made.textContent = words;
  if (classes) made.className = classes;
  return made;
}
