import { make } from "../shared.js";

// Orange is low and blue is high, by way of a near white. The classes have the colours of
// mlpkit.figures.style, and a shape each, so that nobody needs to tell the colours apart.
const OUTLINES = { "●": "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0z", "■": "M-6-6h12v12h-12z",
  "▲": "M0-9L8 6H-8z", "◆": "M0-9L9 0L0 9L-9 0z" };
export const CLASSES = [
  [230, 159, 0], [0, 114, 178], [0, 158, 115], [204, 121, 167],
  [213, 94, 0], [86, 180, 233], [90, 90, 90], [150, 140, 30],
].map((colour, i) => ({ colour, sign: "●■▲◆"[i % 4], outline: OUTLINES["●■▲◆"[i % 4]] }));
// Of lines and bars, on a light page and on a dark one.
export const [POSITIVE, NEGATIVE] = ["#1a85c0", "#c07f00"];
const PAPER = [247, 246, 242];
// Not quite the full colours, so that points stand out on a map.
const DEEPEST = 0.85;
const [LOW, HIGH] = [CLASSES[0].colour, CLASSES[1].colour];

// The largest level that a kernel sends; a greater one is not a number.
const MOST = 254;
export const css = (colour) => `rgb(${colour})`;
// Between the paper (0) and a colour (1).
const tinted = (colour, share) =>
  colour.map((part, i) => Math.round(PAPER[i] + (part - PAPER[i]) * share));
// The colour of a value from -1 to 1.
export const signedColour = (value) =>
  tinted(value < 0 ? LOW : HIGH, DEEPEST * Math.min(Math.abs(value), 1));
// A pixel as one number, as canvases keep them.
const pixel = ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red;
// For each level that a kernel sends, its pixel.
const tableOf = (colour) =>
  Int32Array.from({ length: MOST + 1 }, (_, level) => pixel(colour(level / MOST)));
export const SIGNED = tableOf((share) => signedColour(2 * share - 1));
export const TWO_COLOURS = tableOf((share) => signedColour(share < 0.5 ? -0.8 : 0.8));
export const BY_CLASS = CLASSES.map(({ colour }) =>
  tableOf((share) => tinted(colour, DEEPEST * share)));
const HATCH = [pixel([120, 120, 120]), pixel([205, 205, 205])];

// A small canvas with one pixel for each point of a grid; the page enlarges it.
export function heatMap(grid, name) {
  const canvas = make("canvas", { width: grid, height: grid, "aria-hidden": "true", class: name });
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  const image = context.createImageData(grid, grid);
  const pixels = new Int32Array(image.data.buffer);
  // By the pixel that a point has, or none where the value is not a number.
  function paint(shade) {
    for (let i = 0; i < pixels.length; i += 1) {
      const row = Math.floor(i / grid);
      // The first row of what is sent lies lowest.
      pixels[i] = shade(i + (grid - 1 - 2 * row) * grid) ?? HATCH[((row + i) >> 2) & 1];
    }
    context.putImageData(image, 0, 0);
  }
  return { canvas, paint };
}

// The pixels of several planes, one for each class: the likeliest class, the surer the deeper.
export function likeliest(planes, discrete) {
  const chance = MOST / planes.length;
  return (at) => {
    const all = planes.map((plane) => plane[at]);
    const most = Math.max(...all);
    const sure = discrete ? 0.8 : 0.15 + (0.85 * Math.max(most - chance, 0)) / (MOST - chance);
    return most > MOST ? undefined : BY_CLASS[all.indexOf(most)][Math.round(MOST * sure)];
  };
}

// A number for readers: three digits, and a minus sign that is one.
export function written(value) {
  if (value === null || !Number.isFinite(value)) return "not a number";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e6)
    ? value.toExponential(1) : String(Number(value.toPrecision(3)));
  return text.replaceAll("-", "−").replace("e+", "e");
}

// A number as a reader typed it, or NaN.
export const typed = (text) =>
  Number(text.trim().replace(",", ".").replace("−", "-") || NaN);
