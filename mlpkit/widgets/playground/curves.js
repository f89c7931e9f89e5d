import { html, make } from "../shared.js";
import { written } from "./colours.js";
import { write } from "./controls.js";

// An area with its axes, and what writes at them: for each the low end, the name and the high end.
export function withAxes(area) {
  const axes = ["across", "up"].map((name) => make("div", { class: `mlp-ticks mlp-${name}` },
    make("span"), make("span"), make("span")));
  const label = (...texts) => axes.forEach((axis, i) =>
    texts[i].forEach((text, k) => write(axis.children[k], text)));
  return [make("div", { class: "mlp-framed" }, axes[1], area, axes[0]), label];
}

const [WIDTH, HEIGHT] = [300, 90];
const CHART = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
  <path class="mlp-test"/><path class="mlp-train"/></svg>`;

// The line through a row of losses; it is broken where they are not numbers.
export function lineThrough(epochs, losses, most) {
  const scale = WIDTH / Math.max(epochs[epochs.length - 1], 1);
  return Array.from(losses, (loss, i) => {
    const place = `${(epochs[i] * scale).toFixed(1)} ${(HEIGHT * (1 - loss / most)).toFixed(1)}`;
    return Number.isFinite(loss) ? (Number.isFinite(losses[i - 1]) ? "L" : "M") + place : "";
  }).join("");
}

// So many digits always, that the numbers do not dance.
export const lossText = (loss) =>
  (loss !== null && loss < 1000 ? loss.toFixed(3) : written(loss));

// The losses over the epochs, and their numbers.
export function lossCurves() {
  const area = html(make("div", { class: "mlp-chart" }), CHART);
  const [chart, label] = withAxes(area);
  const numbers = ["train", "test"].map((name) => make("span", { class: `mlp-key mlp-${name}` }));
  const element = make("div", { class: "mlp-losses" },
    make("div", { class: "mlp-heading" }, "Loss"),
    make("div", { class: "mlp-legend" }, ...numbers), chart);
  const draw = ({ header, curves }) => {
    const length = curves.length / 3;
    const row = (k) => curves.subarray(k * length, (k + 1) * length);
    const most = Math.max(...curves.subarray(length).filter(Number.isFinite), 0);
    [row(2), row(1)].forEach((losses, i) =>
      area.firstChild.children[i].setAttribute("d", lineThrough(row(0), losses, most || 1)));
    write(numbers[0], `Training ${lossText(header.train)}`);
    write(numbers[1], `Test ${lossText(header.test)}`);
    label(["0", "epoch", written(curves[length - 1])], ["0", "loss", most ? written(most) : ""]);
  };
  return { element, draw };
}

// A bar's length, from 0 to 1: each power of ten from 10^-6 to 10 takes as much.
export const logLength = (norm) =>
  (norm > 0 ? Math.min(Math.max((Math.log10(norm) + 6) / 7, 0), 1) : 0);

// How long each layer's gradient is.
export function gradientNorms() {
  const list = make("ol");
  const element = make("div", { class: "mlp-norms" },
    make("div", { class: "mlp-heading" }, "Gradient norms ",
      make("span", { class: "mlp-faint" }, "logarithmic scale")), list);
  const draw = ({ header: { norms } }) => list.replaceChildren(...norms.map((norm, i) =>
    make("li", {}, make("span", {}, i + 1 < norms.length ? `Layer ${i + 1}` : "Output"),
      make("span", { class: "mlp-bar", style: `background-size: ${100 * logLength(norm)}% 100%` }),
      make("span", {}, written(norm)))));
  return { element, draw };
}
