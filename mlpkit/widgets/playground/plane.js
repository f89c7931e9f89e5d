import { make } from "../shared.js";
import { CLASSES, css, heatMap, signedColour, written } from "./colours.js";
import { button, operable, part, write } from "./controls.js";
import { withAxes } from "./curves.js";
import { floats, octets, pretty } from "./frame.js";

const [SIZE, STEP, MANY] = [640, 0.25, 600];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// What the trait of the points holds: for each its place, how it looks, and its part.
export function readPoints({ x, label, test, classes }) {
  const [places, labels, tests] = [floats(x), floats(label), octets(test)];
  return Array.from(labels, (value, i) => ({
    place: [...places.subarray(2 * i, 2 * i + 2)], test: tests[i] === 1,
    ...(classes ? CLASSES[value] : { ...CLASSES[0], colour: signedColour(value) }),
  }));
}

// Darker than the map, on which they lie; those of the test part are hollow.
function drawPoints(context, points, plane) {
  const scale = SIZE / (2 * plane);
  const size = points.length > MANY ? 0.75 : 1;
  context.resetTransform();
  context.clearRect(0, 0, SIZE, SIZE);
  for (const { place: [x, y], colour, outline, test } of points) {
    const dark = css(colour.map((each) => 0.75 * each));
    context.setTransform(size, 0, 0, size, (x + plane) * scale, (plane - y) * scale);
    context.lineWidth = test ? 4 : 2;
    [context.fillStyle, context.strokeStyle] = test ? ["#fff", dark] : [dark, "#fff"];
    const path = new Path2D(outline);
    context.fill(path);
    context.stroke(path);
  }
}

// The big picture: what the network makes of the plane, and the points.
export function makePlane({ model, view, ask, say, redraw, whenever }) {
  const { grid, plane } = model.get("about");
  const map = heatMap(grid, "mlp-map");
  const dots = make("canvas", { width: SIZE, height: SIZE, class: "mlp-dots" });
  const [crosshair, ring] = ["crosshair", "ring"].map((name) =>
    make("span", { class: `mlp-${name}` }));
  const area = operable("div", { class: "mlp-area", role: "img", keydown: press, click: strike },
    map.canvas, dots, ring, crosshair);
  const [framed, label] = withAxes(area);
  const caption = make("div", { class: "mlp-heading" });
  const check = (name, text) => make("label", { class: "mlp-check" }, operable("input", {
    type: "checkbox", checked: view[name], change({ target }) {
      view[name] = target.checked;
      redraw();
      showPoints();
    } }), text);
  let [points, place, looked] = [[], [0, 0], view.unit];
  const showPoints = () => drawPoints(dots.getContext("2d"),
    points.filter(({ test }) => view.show_test || !test), plane);
  // A place in the reader's own numbers.
  const named = (at) => model.get("points").ranges.map(([low, high], i) =>
    `${i ? "x₂" : "x₁"} ${written(low + ((at[i] / plane + 1) / 2) * (high - low))}`).join(", ");
  const put = (mark, [x, y]) => Object.assign(mark.style,
    { left: `${50 + (50 * x) / plane}%`, top: `${50 - (50 * y) / plane}%` });
  const kind = operable("select", { "aria-label": "Class of a new point" });
  const drawing = button("Draw points", () => setDrawing(tools.hidden),
    { "aria-pressed": "false" });
  const tools = make("div", { class: "mlp-tools", hidden: "" },
    make("label", {}, "Class ", kind), button("Clear all", () => ask({ do: "clear" })),
    make("p", { class: "mlp-faint" }, "Click, or move with the arrow keys and press Enter. ",
      "Delete, or a click with Shift, takes the nearest point away."));
  function setDrawing(on) {
    drawing.setAttribute("aria-pressed", on);
    tools.hidden = !on;
    area.setAttribute("role", on ? "application" : "img");
    area.tabIndex = on ? 0 : -1;
    (on ? area : drawing).focus();
  }
  function move(...to) {
    place = to.map((value) => Math.min(Math.max(value, -plane), plane));
    put(crosshair, place);
    say(named(place));
  }
  const add = () => ask({ do: "add", x: place, class: kind.selectedIndex });
  const erase = () => ask({ do: "erase", x: place });
  const keys = { Enter: add, " ": add, Delete: erase, Backspace: erase,
    Escape: () => setDrawing(false) };
  function press(event) {
    if (tools.hidden || !(event.key in ARROWS || event.key in keys)) return;
    event.preventDefault();
    const step = event.shiftKey ? 4 * STEP : STEP;
    if (event.key in keys) keys[event.key]();
    else move(...ARROWS[event.key].map((way, i) => place[i] + way * step));
  }
  function strike({ clientX, clientY, shiftKey }) {
    if (tools.hidden) return;
    const { left, top, width, height } = area.getBoundingClientRect();
    move(plane * (2 * (clientX - left) / width - 1), plane * (1 - 2 * (clientY - top) / height));
    (shiftKey ? erase : add)();
  }
  whenever(["points"], () => {
    const { names, ranges, classes } = model.get("points");
    points = readPoints(model.get("points"));
    showPoints();
    label(...ranges.map(([low, high], i) => [written(low), pretty(names[i] ?? ""), written(high)]));
    const count = Math.max(classes, 4);
    if (kind.length === count) return;
    kind.replaceChildren(...CLASSES.slice(0, count).map(({ sign }, i) =>
      make("option", { selected: i === 1 }, `${sign} ${i}`)));
  });
  // Shows a unit, or what the outputs make of the plane together.
  function draw(frame) {
    const { header: { sizes, example }, top } = frame;
    // The unit may have gone.
    const one = looked && (looked[0] === 0 || looked[1] < sizes[looked[0]]) ? looked : null;
    map.paint(frame.shade(one ?? [top], view.discretise));
    write(caption, one ? frame.name(...one) : "Output");
    area.setAttribute("aria-label",
      `${caption.textContent} over the plane of x₁ and x₂, with the points`);
    ring.hidden = !points[example];
    if (points[example]) put(ring, points[example].place);
  }
  const look = (unit) => { looked = unit ?? view.unit; };
  const said = (i) =>
    (points[i] ? `Learned from the ringed point, ${named(points[i].place)}.` : "");
  const element = make("div", { class: "mlp-plane" }, caption, framed,
    make("div", { class: "mlp-options-row" }, check("discretise", "Discretise"),
      check("show_test", "Test points"), part("drawing", {}, drawing)),
    part("drawing", {}, tools));
  return { element, draw, look, said };
}
