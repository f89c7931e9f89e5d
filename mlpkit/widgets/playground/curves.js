import { make } from "../shared.js";
import { written } from "./colours.js";

const SVG = "http://www.w3.org/2000/svg";
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const [WIDTH, HEIGHT] = [300, 90];

// The line through a row of losses; it is broken where they are not numbers.
export function lineThrough(epochs, losses, most) {
  const scale = WIDTH / Math.max(epochs[epochs.length - 1], 1);
  let [path, drawn] = ["", false];
  losses.forEach((loss, i) => {
    const place = `${(epochs[i] * scale).toFixed(1)} ${(HEIGHT * (1 - loss / most)).toFixed(1)}`;
    if (Number.isFinite(loss)) path += (drawn ? "L" : "M") + place;
    drawn = Number.isFinite(loss);
  });
  return path;
}

// The losses over the epochs, and below them their numbers.
export function lossCurves() {
  const lines = ["test", "train"].map((name) => svg("path", { class: `mlp-${name}` }));
  const numbers = Object.fromEntries(["train", "test"].map((name) => [name, make("output")]));
  const top = make("span", { class: "mlp-top" });
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none",
    "aria-hidden": "true" }, ...lines);
  const key = (name) => svg("svg", { viewBox: "0 0 24 8", class: "mlp-key", "aria-hidden": "true" },
    svg("path", { d: "M0 4H24", class: `mlp-${name}` }));
  const element = make("div", { class: "mlp-losses" },
    make("div", { class: "mlp-heading" }, "Loss"),
    make("div", { class: "mlp-legend" },
      make("span", {}, key("train"), "Training ", numbers.train),
      make("span", {}, key("test"), "Test ", numbers.test)),
    make("div", { class: "mlp-chart" }, picture, top));
  const draw = ({ header, curves: all }) => {
    const length = all.length / 3;
    const [epochs, train, test] = [0, 1, 2].map((k) => all.subarray(k * length, (k + 1) * length));
    let most = 0;
    for (let i = length; i < all.length; i += 1) if (all[i] > most && all[i] < Infinity) most = all[i];
    lines[0].setAttribute("d", lineThrough(epochs, test, most * 1.05 || 1));
    lines[1].setAttribute("d", lineThrough(epochs, train, most * 1.05 || 1));
    numbers.train.textContent = lossText(header.train);
    numbers.test.textContent = lossText(header.test);
    top.textContent = most ? written(most * 1.05) : "";
  };
  return { element, draw };
}

// So many digits always, that the numbers do not dance.
export function lossText(loss) {
  if (loss === null) return "not a number";
  return loss < 1000 ? loss.toFixed(3) : written(loss);
}

// A bar's length, from 0 to 1: each power of ten from 10^-6 to 10 takes as much.
export function logLength(norm) {
  return norm > 0 ? Math.min(Math.max((Math.log10(norm) + 6) / 7, 0), 1) : 0;
}

// How long each layer's gradient is.
export function gradientNorms() {
  const list = make("ol");
  const element = make("div", { class: "mlp-norms" },
    make("div", { class: "mlp-heading" }, "Gradient of each layer ",
      make("span", { class: "mlp-faint" }, "norm, logarithmic")), list);
  let rows = [];
  const draw = ({ header: { norms } }) => {
    if (rows.length !== norms.length) {
      rows = norms.map(() => ({ bar: make("span", { class: "mlp-bar" }), number: make("output") }));
      list.replaceChildren(...rows.map(({ bar, number }, i) => make("li", {},
        make("span", {}, i + 1 < rows.length ? `Layer ${i + 1}` : "Output"),
        bar, number)));
    }
    rows.forEach(({ bar, number }, i) => {
      bar.style.backgroundSize = `${(100 * logLength(norms[i])).toFixed(1)}% 100%`;
      number.textContent = written(norms[i]);
    });
  };
  return { element, draw };
}
