// Any drawing of the page as a file: SVG with the colours it has now written into it, or PNG, as a rule at twice its size.
import { drawn } from "./nodes.js";

const WORN = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin",
  "paint-order", "opacity", "font-family", "font-size", "font-weight", "text-anchor", "display", "visibility",
];
const SCALE = 2;
const WIDEST = 2400;

// Show the menu of every figure that has a drawing, and make its buttons work; `prepare` makes the drawing ready, and returns what
// takes that back.
export function offerDownloads(root, prepare = () => () => {}) {
  for (const menu of root.querySelectorAll("[data-download]")) {
    const drawing = menu.closest("figure")?.querySelector("svg[data-drawing]");
    menu.hidden = !drawing;
    if (!drawing) continue;
    menu.addEventListener("click", (event) => {
      const button = event.target.closest("[data-save]");
      if (!button) return;
      menu.open = false;
      const takeBack = prepare();
      const text = standalone(drawing);
      takeBack();
      save(text, drawing, button.dataset.save);
    });
  }
}

function titleOf(drawing) {
  const title = document.getElementById(drawing.getAttribute("aria-labelledby"));
  return (title?.textContent ?? "figure").trim().replace(/[\\/:*?"<>|]+/g, " ").slice(0, 80);
}

async function save(text, drawing, kind) {
  const content = kind === "svg" ? new Blob([text], { type: "image/svg+xml" }) : await paint(text, drawing);
  hand(content, `${titleOf(drawing)}.${kind}`);
}

// The drawing as a file of its own: what style sheets said of every shape stands at the shape.
export function standalone(drawing) {
  const copy = drawing.cloneNode(true);
  const shapes = [drawing, ...drawing.querySelectorAll("*")];
  const copies = [copy, ...copy.querySelectorAll("*")];
  shapes.forEach((shape, index) => {
    const style = getComputedStyle(shape);
    for (const name of WORN) copies[index].setAttribute(name, style.getPropertyValue(name));
    copies[index].removeAttribute("class");
  });
  const { width, height, x, y } = drawing.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.prepend(drawn("rect", { x, y, width, height, fill: getComputedStyle(document.body).backgroundColor }));
  return new XMLSerializer().serializeToString(copy);
}

async function paint(text, drawing) {
  const { width, height } = drawing.viewBox.baseVal;
  const picture = new Image();
  // The policy lets images come from data, not from blobs.
  picture.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  const scale = Math.min(SCALE, WIDEST / width);
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function hand(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
