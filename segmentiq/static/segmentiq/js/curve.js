// The curve over k: the marker of the number that is shown.
import { offerDownloads } from "./download.js";

export function mount(root) {
  offerDownloads(root);
  const points = [...root.querySelectorAll("[data-point]")];
  return {
    show(cut) {
      for (const point of points) {
        const isCurrent = !cut.isPicked && Number(point.dataset.point) === cut.k;
        point.classList.toggle("is-current", isCurrent);
        point.setAttribute("r", isCurrent || point.classList.contains("is-advised") ? 5 : 2);
      }
    },
  };
}
