// The columns of a new run: find one among many, choose all or none of those found, see how many are chosen.
const chooser = document.querySelector("[data-chooser]");
const boxes = [...chooser.querySelectorAll("input[name=columns]")];
const sought = chooser.querySelector("[data-sought]");
const tally = chooser.querySelector("[data-tally]");
const unfound = chooser.querySelector("[data-unfound]");
const pick = (box) => box.closest(".pick");
const found = () => boxes.filter((box) => !pick(box).hidden);

function count() {
  const chosen = boxes.filter((box) => box.checked).length;
  tally.textContent = `${chosen} of ${boxes.length} ${boxes.length === 1 ? "column" : "columns"} chosen`;
}

function look() {
  const words = sought.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const box of boxes) pick(box).hidden = !words.every((word) => box.value.toLowerCase().includes(word));
  unfound.hidden = found().length > 0;
}

function choose(checked) {
  for (const box of found()) box.checked = checked;
  chooser.dispatchEvent(new Event("change", { bubbles: true }));
}

sought?.addEventListener("input", look);
sought?.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault(); // what is sought is not yet what is asked
});
sought?.addEventListener("change", (event) => event.stopPropagation());
chooser.querySelector("[data-all]").addEventListener("click", () => choose(true));
chooser.querySelector("[data-none]").addEventListener("click", () => choose(false));
chooser.addEventListener("change", count);
chooser.querySelector("[data-tools]").hidden = boxes.length === 0;
