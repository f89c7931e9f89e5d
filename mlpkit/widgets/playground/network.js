import { make } from "../shared.js";
import { css, heatMap, signedColour, written } from "./colours.js";
import { button, operable, part } from "./controls.js";
import { svg } from "./curves.js";
import { pretty, unitName } from "./frame.js";

const [MOST_UNITS, HEAD, NEW_LAYER] = [8, 30, 2];
// The side of a unit, and from one unit to the next, in pixels; and where there are many columns.
const [ROOMY, DENSE] = [{ side: 38, pitch: 52 }, { side: 28, pitch: 48 }];

// From the middle to the right for a positive length, to the left for a negative one. A gradient,
// because it needs neither a new layout nor a new layer.
function signedBar(length) {
  const [start, end, sign] = length < 0 ? [50 + 50 * length, 50, "negative"]
    : [50, 50 + 50 * length, "positive"];
  const filled = `transparent ${start}%, var(--${sign}) ${start}% ${end}%, transparent ${end}%`;
  return `linear-gradient(90deg, ${filled})`;
}

// The network: a column of buttons for each layer, and lines between them.
export function makeNetwork(model, view, { ask, features }) {
  const edges = svg("svg", { class: "mlp-edges", "aria-hidden": "true" });
  const body = make("div", { class: "mlp-net", role: "group", "aria-label":
    "Network. The arrow keys move between units; Enter opens a unit's numbers." });
  const head = part("layers", { class: "mlp-row" });
  const self = { body, edges, frame: null, units: [], wires: [], described, draw };
  let [shape, size] = ["", ROOMY];
  const lines = operable("select", { "aria-label": "Lines show", change: () => {
    view.lines = lines.value;
    drawWires();
  } }, ...["weights", "gradients"].map((value) => make("option", { value }, value)));
  lines.value = view.lines;
  const setHidden = (value) => ask({ do: "set", name: "hidden", value });
  // Buttons for one less and one more of what there may be so many of.
  function lessAndMore(name, key, [low, count, high], change) {
    return [["−", "less", -1], ["+", "more", 1]].map(([sign, word, by]) => {
      const able = count + by >= low && count + by <= high;
      return button(sign, () => able && change(by), { class: "mlp-button mlp-small",
        "aria-label": `One ${name.replace("$", word)}`, "data-key": word + key, "aria-disabled": !able });
    });
  }

  function makeUnit(layer, unit, y) {
    const { frame } = self;
    const map = heatMap(model.get("about").grid);
    const [bias, bar] = ["mlp-bias", "mlp-error"].map((name) => make("span", { class: name }));
    const element = operable("button", { type: "button", class: "mlp-unit", tabindex: -1,
      "data-key": `${layer},${unit}`, style: `top: ${y}px` }, map.canvas);
    if (layer) element.append(bias, bar);
    else {
      element.append(make("span", { class: "mlp-name" }, pretty(features[unit])));
      element.setAttribute("aria-pressed", frame.header.features.includes(features[unit]));
      map.paint(frame.levels(0, unit), frame.table(0, unit, view.discretise));
    }
    self.units.push({ element, map, bias, bar, layer, unit, y: y + size.side / 2 });
    return element;
  }

  function makeHead(layer, columns) {
    if (layer === 0 || layer === columns - 1) {
      return make("div", { class: "mlp-head" }, layer ? "Output" : "Features");
    }
    const { hidden } = model.get("settings");
    const count = hidden[layer - 1];
    return part("layers", { class: "mlp-head" }, ...lessAndMore(`unit $ in layer ${layer}`, layer,
      [1, count, MOST_UNITS], (by) => setHidden(hidden.with(layer - 1, count + by))));
  }

  function makeColumns() {
    const used = self.frame.header.features;
    const fixed = model.get("hidden_parts").includes("features");
    const counts = self.frame.header.sizes.map((count) => Array.from({ length: count }, (_, i) => i));
    counts[0] = features.map((_, i) => i).filter((i) => !fixed || used.includes(features[i]));
    const rows = Math.max(...counts.map((units) => units.length));
    body.replaceChildren(edges, ...counts.map((units, layer) => {
      const top = HEAD + ((rows - units.length) * size.pitch) / 2;
      return make("div", { class: "mlp-column", style: `left: ${across(layer)}%` },
        makeHead(layer, counts.length),
        ...units.map((unit, i) => makeUnit(layer, unit, top + i * size.pitch)));
    }));
    body.style.height = `${HEAD + rows * size.pitch}px`;
    body.style.setProperty("--unit", `${size.side}px`);
  }
  const across = (layer) => (100 * (layer + 0.5)) / self.frame.header.sizes.length;
  // Lines run from centre to centre; the units lie over their ends.
  function makeWires() {
    const { frame, units } = self;
    const { sizes, features: used } = frame.header;
    const at = (layer, unit) => units.find((each) => each.layer === layer && each.unit === unit).y;
    for (let layer = 1; layer < sizes.length; layer += 1) {
      for (let to = 0; to < sizes[layer]; to += 1) {
        for (let from = 0; from < sizes[layer - 1]; from += 1) {
          const y1 = at(layer - 1, layer > 1 ? from : features.indexOf(used[from]));
          const y2 = at(layer, to);
          const line = svg("line", { x1: `${across(layer - 1)}%`, y1, x2: `${across(layer)}%`, y2 });
          self.wires.push({ line, layer, to, from, y1, y2, index: frame.weight(layer, to, from) });
        }
      }
    }
    edges.replaceChildren(...self.wires.map(({ line }) => line));
  }

  function build() {
    const { hidden } = model.get("settings");
    const key = element.contains(document.activeElement) && document.activeElement.dataset.key;
    size = self.frame.top > 4 ? DENSE : ROOMY;
    [self.units, self.wires] = [[], []];
    makeColumns();
    makeWires();
    const count = hidden.length;
    head.replaceChildren(...lessAndMore("hidden layer $", "", [0, count, model.get("choices").hidden.most],
      (by) => setHidden([...hidden, NEW_LAYER].slice(0, count + by))),
    `${count} hidden layer${count === 1 ? "" : "s"}`);
    self.units[0].element.tabIndex = 0;
    if (key) element.querySelector(`[data-key="${key}"]`)?.focus();
  }
  // What has changed since the last frame is written to the page, and nothing else.
  function write(element, name, value) {
    const now = String(value);
    if (element.getAttribute(name) !== now) element.setAttribute(name, now);
  }

  function drawWires() {
    const isGradient = view.lines === "gradients";
    const numbers = isGradient ? self.frame.gradient : self.frame.parameters;
    let most = 1e-12;
    for (const { index } of self.wires) most = Math.max(most, Math.abs(numbers[index]) || 0);
    const widest = isGradient ? 6 / most : 1.6;
    for (const wire of self.wires) {
      const value = numbers[wire.index] || 0;
      const width = 0.5 + Math.min(widest * Math.abs(value), 8);
      write(wire.line, "stroke-width", Math.round(4 * width) / 4);
      write(wire.line, "class", value < 0 ? "mlp-negative" : "mlp-positive");
    }
  }

  function drawUnits() {
    const { frame } = self;
    const owned = self.units.filter(({ layer }) => layer > 0);
    const terms = owned.map(({ layer, unit }) => frame.gradient[frame.bias(layer, unit)] || 0);
    const most = Math.max(1e-12, ...terms.map(Math.abs));
    owned.forEach((each, i) => {
      const { layer, unit } = each;
      each.map.paint(frame.levels(layer, unit), frame.table(layer, unit, view.discretise));
      const bias = Math.max(-1, Math.min(frame.parameters[frame.bias(layer, unit)], 1)) || 0;
      write(each.bias, "style", `background: ${css(signedColour(bias))}`);
      // The root, so that small terms are seen at all.
      const length = Math.sign(terms[i]) * Math.sqrt(Math.abs(terms[i]) / most);
      write(each.bar, "style", `background-image: ${signedBar(Math.round(20 * length) / 20)}`);
    });
  }

  function described({ layer, unit }) {
    const { frame } = self;
    const name = unitName(frame, features, layer, unit);
    if (layer === 0) return name;
    const at = frame.bias(layer, unit);
    return `${name}: bias ${written(frame.parameters[at])}, error term ${written(frame.gradient[at])}`;
  }

  function draw(frame, stands) {
    self.frame = frame;
    const { sizes, features: used, output } = frame.header;
    const wanted = JSON.stringify([sizes, used, output, view.discretise, model.get("hidden_parts")]);
    const isNew = wanted !== shape;
    if (isNew) build();
    shape = wanted;
    drawWires();
    drawUnits();
    // Nobody listens to labels that change with each frame.
    if (!stands && !isNew) return;
    for (const each of self.units) each.element.setAttribute("aria-label", described(each));
  }
  const element = make("div", { class: "mlp-network" }, make("div", { class: "mlp-net-bar" }, head,
    make("span", { class: "mlp-lines-show" }, "Lines show ", lines)), body);
  return Object.assign(self, { element });
}
