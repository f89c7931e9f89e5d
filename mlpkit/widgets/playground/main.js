import { follow, make, widget } from "../shared.js";
import { button, control, dataPicker, operable, part } from "./controls.js";
import { gradientNorms, lossCurves, lossText } from "./curves.js";
import { octets, readFrame, unitName } from "./frame.js";
import { makeInspector } from "./inspector.js";
import { startLoop } from "./loop.js";
import { makeNetwork } from "./network.js";
import { makePlane } from "./plane.js";
import { pointAt } from "./pointing.js";

const LEARNING = ["rate", "activation", "output", "initial", "momentum", "penalty", "penalty_rate"];
const POINTS = ["noise", "train_part", "batch_size", "epochs_per_frame"];

function render({ model, el }) {
  const features = model.get("choices").features.values;
  const featureMaps = octets(model.get("feature_maps"));
  const view = { ...model.get("view") };
  let [frame, looked] = [null, view.unit];
  const status = make("div", { class: "mlp-unseen", role: "status" });
  const alert = make("p", { class: "mlp-alert", role: "alert" });
  const goal = make("p", { class: "mlp-goal" });
  const say = (text) => { status.textContent = text; };
  const tell = (text) => { alert.textContent = text; };
  const loop = startLoop(model, { draw: receive, tell });
  const ask = (message) => {
    tell("");
    return loop.ask(message);
  };
  const look = (place) => {
    looked = place ?? view.unit;
    drawPlane();
  };
  const network = makeNetwork(model, view, { ask, features });
  const plane = makePlane(model, view, { ask, say, redraw });
  const [losses, norms] = [lossCurves(), gradientNorms()];
  const bar = playBar(model, { ask, say, play: loop.setPlaying });
  const inspector = makeInspector({ ask, features, closed: (layer, unit) =>
    network.body.querySelector(`[data-key="${layer},${unit}"]`)?.focus() });
  const hint = pointAt(network, { ask, look, features,
    inspect: (place, from) => inspector.open(frame, place, from) });
  const set = (name, value) => ask({ do: "set", name, value });
  const settings = Object.fromEntries([...LEARNING, ...POINTS, "temperature"]
    .map((name) => [name, control(model, name, set)]));
  const elements = (names) => names.map((name) => settings[name].element);
  const data = dataPicker(model, set);
  const files = exportBar(model, ask, tell);

  function drawPlane() {
    if (!frame) return;
    const [layer, unit] = looked ?? [];
    if (layer > frame.top || (layer && unit >= frame.header.sizes[layer])) looked = null;
    plane.draw(frame, looked, looked ? unitName(frame, features, ...looked) : "Output");
  }
  function redraw() {
    if (frame) network.draw(frame, true);
    drawPlane();
  }
  function receive(header, buffers) {
    frame = readFrame(header, buffers, featureMaps, features);
    network.draw(frame, !model.get("playing"));
    drawPlane();
    [losses, norms, inspector, bar].forEach((each) => each.draw(frame));
    settings.temperature.element.hidden = !frame.ofClasses;
    goal.dataset.reached = Boolean(header.goal?.reached);
    const text = [model.get("challenge")?.text, header.goal?.text].filter(Boolean).join(" ");
    if (goal.textContent !== text) goal.textContent = text;
    if (view.timings) root.querySelector(".mlp-pace").textContent = pace(loop.timings);
  }
  const root = widget("div", { class: "mlp-playground", role: "group", "aria-label": "Playground" },
    status, goal, bar.element, part("learning", { class: "mlp-settings" }, ...elements(LEARNING)),
    alert, make("div", { class: "mlp-columns" },
      part("data", { class: "mlp-left" }, data.element, ...elements(POINTS),
        button("Regenerate", () => ask({ do: "regenerate" }))),
      make("div", { class: "mlp-middle" }, network.element, hint, inspector.element),
      make("div", { class: "mlp-right" }, plane.element, ...elements(["temperature"]),
        part("curves", {}, losses.element), part("norms", {}, norms.element))),
    files.element, make("output", { class: "mlp-faint mlp-pace" }));
  const hide = () => { root.dataset.hidden = model.get("hidden_parts").join(" "); };
  hide();
  // Where the frames' times are found.
  root.timings = loop.timings;
  el.append(root);
  ask({ do: "draw" });
  const stops = [loop.stop, follow(model, ["hidden_parts"], hide),
    ...[plane, bar, data, files, ...Object.values(settings)].map(({ stop }) => stop)];
  return () => stops.forEach((stop) => stop());
}

function pace(timings) {
  const recent = timings.slice(-30).map(({ frame }) => frame).filter((each) => each !== null);
  const mean = recent.reduce((sum, each) => sum + each, 0) / recent.length;
  return recent.length ? `${Math.round(1000 / mean)} frames/s` : "";
}

// Play, steps, the way back, and the count of epochs.
function playBar(model, { ask, say, play }) {
  let header = null;
  const announce = () => say(`Epoch ${header.epoch}. Training loss ${lossText(header.train)}, `
    + `test loss ${lossText(header.test)}.`);
  const act = (text, message, title) =>
    button(text, () => ask(message).then(announce), { title, "aria-label": title });
  const main = button("Play", () => {
    play(!model.get("playing"));
    if (!model.get("playing") && header) announce();
  }, { class: "mlp-button mlp-play" });
  const show = () => {
    main.textContent = model.get("playing") ? "Pause" : "Play";
    main.classList.toggle("mlp-playing", model.get("playing"));
  };
  show();
  const undo = act("Undo", { do: "undo" });
  const [epoch, seen] = [make("output", { class: "mlp-epoch" }), make("output", { class: "mlp-faint" })];
  const draw = (frame) => {
    header = frame.header;
    epoch.textContent = header.epoch.toLocaleString("en");
    seen.textContent = header.seen ? `${header.seen} of ${header.examples} examples` : "";
    undo.disabled = !header.can_undo;
  };
  const element = make("div", { class: "mlp-bar-top" },
    part("steps", { class: "mlp-group" }, main, make("div", { class: "mlp-group mlp-joined" }, "Step",
      ...["example", "batch", "epoch"].map((what) =>
        act(what, { do: "step", what }, `Step by one ${what}`)))),
    make("div", { class: "mlp-group" },
      act("Reset", { do: "reset" }, "Reset to the same initial weights"),
      act("New weights", { do: "reset", new: true }), undo),
    make("div", { class: "mlp-count-epochs" }, seen, "Epoch ", epoch));
  return { element, draw, stop: follow(model, ["playing"], show) };
}

// The settings as a text, and the picture as a file.
function exportBar(model, ask, tell) {
  const field = operable("input", { type: "text", class: "mlp-state", spellcheck: "false",
    "aria-label": "Settings as a text", placeholder: "all as at first" });
  const show = () => { field.value = model.get("state"); };
  show();
  const copy = () => navigator.clipboard.writeText(field.value).catch(() => field.select());
  const save = async (kind) => {
    const { svg: source, width, height } = await ask({ do: "picture" });
    if (!source) return;
    const drawn = new Blob([source], { type: "image/svg+xml" });
    const file = kind === "SVG" ? drawn : await png(drawn, width, height);
    download(file, `playground.${kind.toLowerCase()}`);
  };
  const element = make("div", { class: "mlp-bar-end" },
    part("state", { class: "mlp-group" }, "Settings", field, button("Copy", copy),
      button("Restore", () => ask({ do: "restore", state: field.value }))),
    part("export", { class: "mlp-group" }, "Picture",
      ...["PNG", "SVG"].map((kind) => button(kind, () => save(kind).catch((error) => tell(error.message))))));
  return { element, stop: follow(model, ["state"], show) };
}

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

async function png(drawn, width, height) {
  const [image, address] = [new Image(), URL.createObjectURL(drawn)];
  image.src = address;
  await image.decode();
  URL.revokeObjectURL(address);
  const canvas = make("canvas", { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}

export default { render };
