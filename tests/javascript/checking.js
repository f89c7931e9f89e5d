// What the tests of the page's modules have in common.

export function equal(got, expected, what = "value") {
  const [left, right] = [got, expected].map((each) => JSON.stringify(each));
  if (left !== right) throw new Error(`${what}: got ${left}, expected ${right}`);
}

export const frameDrawn = () => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done, 0));
});

const doubles = (...values) => new DataView(Float32Array.from(values).buffer);

// A model as anywidget gives it to a view; what a view sends is kept, and a test answers.
export function fakeModel(traits = {}) {
  const values = { playing: false, ...traits };
  const listeners = {};
  const emit = (event, ...args) => [...(listeners[event] ?? [])].forEach((each) => each(...args));
  return {
    sent: [],
    get: (name) => values[name],
    set(name, value) {
      const changed = values[name] !== value;
      values[name] = value;
      if (changed) emit(`change:${name}`);
    },
    save_changes() {},
    send(message) { this.sent.push(message); },
    on(events, listener) {
      for (const event of events.split(" ")) (listeners[event] ??= []).push(listener);
    },
    off(events, listener) {
      for (const event of events.split(" ")) {
        listeners[event] = (listeners[event] ?? []).filter((each) => each !== listener);
      }
    },
    emit,
    listening: () => Object.values(listeners).flat().length,
    answer(header, buffers = []) { emit("msg:custom", { kind: "frame", ...header }, buffers); },
  };
}

// A network of two features, two hidden units and one output, on a grid of 2 by 2.
export const features = ["x1", "x2", "x1^2"];
export const featureMaps = Uint8Array.from(features.flatMap((_, i) => [i, i, i, i]));
export const header = { epoch: 3, seen: 0, examples: 4, train: 0.5, test: null, sizes: [2, 2, 1],
  features: ["x1", "x2"], output: "tanh", norms: [0.1, 0.01], problem: "", goal: null,
  can_undo: true, example: null, ms: { learn: 1, look: 2 } };
export const buffers = [
  new DataView(Uint8Array.from([0, 0, 0, 0, 127, 127, 127, 127, 254, 0, 255, 254]).buffer),
  doubles(1, 2, 3, 4, 5, 6, 7, 8, 9), doubles(-1, -2, -3, -4, -5, -6, -7, -8, -9),
  doubles(1, 2, 3, 0.7, 0.6, 0.5, 0.8, NaN, 0.6),
];

const choice = (label, values, kind = "choice") => ({ label, kind, values, texts: values.map(String) });
export const traits = {
  choices: { features: choice("Features", features, "subset"), data: choice("Data", ["circle", "own"]),
    hidden: { ...choice("Layers", [1, 2], "layers"), most: 6 }, rate: choice("Rate", [0.1, 1]),
    noise: { ...choice("Noise", [0, 5], "slider"), texts: ["0 %", "5 %"] },
    ...Object.fromEntries(["activation", "output", "initial", "momentum", "penalty", "penalty_rate",
      "train_part", "batch_size", "epochs_per_frame", "temperature"]
      .map((name) => [name, choice(name, [1, 2])])) },
  settings: { data: "circle", noise: 0, rate: 1, hidden: [2], features: ["x1", "x2"] },
  view: { discretise: false, show_test: false, lines: "weights", unit: null },
  about: { grid: 2, plane: 6 }, state: "", hidden_parts: [], challenge: null,
  feature_maps: new DataView(featureMaps.buffer),
  points: { x: doubles(0, 1, -6, 6), label: doubles(0, 1), test: new DataView(Uint8Array.of(0, 1).buffer),
    classes: 2, names: ["x1", "x2"], ranges: [[-6, 6], [-6, 6]] },
};
