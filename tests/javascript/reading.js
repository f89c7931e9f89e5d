import { BY_CLASS, CLASSES, SIGNED, heatMap, likeliest, typed, written }
  from "/mlpkit/widgets/playground/colours.js";
import { lineThrough, logLength, lossText } from "/mlpkit/widgets/playground/curves.js";
import { floats, pretty, readFrame } from "/mlpkit/widgets/playground/frame.js";
import { readPoints } from "/mlpkit/widgets/playground/plane.js";
import { buffers, equal, featureMaps, features, header, traits } from "./checking.js";

function pixels(canvas) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => [...data.slice(4 * i, 4 * i + 3)].join());
}

export const tests = {
  "numbers are short and have a real minus sign"() {
    equal([-0.03251, 0, 12345, 0.00001234, -2e7, NaN, null].map(written),
      ["−0.0325", "0", "12300", "1.2e−5", "−2.0e7", "not a number", "not a number"]);
  },
  "a typed number may have a comma or a real minus sign"() {
    equal([" −0,5 ", "1e-3", "", "two"].map(typed), [-0.5, 0.001, null, null]);
  },
  "a loss has as many digits in each frame"() {
    equal([0.5, 0.12345, 12345.6, null].map(lossText), ["0.500", "0.123", "12300", "not a number"]);
  },
  "low is orange, the middle nearly white, high blue"() {
    const bytes = (level) => [0, 8, 16].map((shift) => (SIGNED[level] >> shift) & 255);
    const [[r0, , b0], middle, [r2, , b2]] = [0, 127, 254].map(bytes);
    equal([r0 > 200 && b0 < 60, Math.min(...middle) > 235, r2 < 60 && b2 > 170], [true, true, true]);
  },
  "a map's first row lies lowest, and what is not a number has a colour of its own"() {
    const map = heatMap(2);
    map.paint((at) => SIGNED[[0, 0, 254, 255][at]]);
    const [high, none, low, low2] = pixels(map.canvas);
    equal(low, low2, "the first row");
    equal(new Set([high, none, low]).size, 3, "different colours");
    const [red, green, blue] = none.split(",");
    equal(red === green && green === blue, true, "grey");
  },
  "the likeliest class, the surer the deeper"() {
    const shade = likeliest([Uint8Array.of(254, 100, 255), Uint8Array.of(0, 120, 255)], false);
    equal([shade(0), shade(2)], [BY_CLASS[0][254], undefined]);
    const deep = BY_CLASS[1].indexOf(shade(1));
    equal(deep > 0 && deep < 254, true);
  },
  "a frame's parameters are found by layer and unit"() {
    const frame = readFrame(header, buffers, featureMaps, features);
    const { parameters, gradient } = frame;
    equal([parameters[frame.weight(1, 1, 0)], parameters[frame.bias(1, 1)]], [3, 6]);
    equal([parameters[frame.weight(2, 0, 1)], gradient[frame.bias(2, 0)]], [8, -9]);
  },
  "a frame's maps are found by layer and unit"() {
    const frame = readFrame(header, buffers, featureMaps, features);
    const shown = (...place) => [0, 1, 2, 3].map((at) => SIGNED.indexOf(frame.shade(place)(at)));
    equal(shown(0, 2), [2, 2, 2, 2], "a feature that is not used");
    equal(shown(1, 1), [127, 127, 127, 127]);
    equal([shown(2, 0), shown(2)], Array(2).fill([254, 0, -1, 254]), "the output");
  },
  "units have names"() {
    const frame = readFrame(header, buffers, featureMaps, features);
    equal([[0, 2], [1, 0], [2, 0]].map(([layer, unit]) => frame.name(layer, unit)),
      ["Feature x₁²", "Unit 1 of layer 1", "Output"]);
    equal(["x1*x2", "sin(x2)"].map(pretty), ["x₁x₂", "sin(x₂)"]);
  },
  "numbers that do not lie in fours of bytes can be read"() {
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 1);
    equal([...floats(new DataView(bytes.buffer, 1))], [1.5, -2]);
  },
  "a line of losses breaks where there is no number"() {
    equal(lineThrough([0, 1, 2, 3], [1, 0.5, NaN, 0], 1), "M0.0 0.0L100.0 45.0M300.0 90.0");
  },
  "a norm's bar is longer by as much for each power of ten"() {
    equal([0, 1e-9, 1e-6, 10, 1e9].map(logLength), [0, 0, 0, 1, 1]);
    equal(Math.abs(logLength(0.1) - logLength(0.01) - 1 / 7) < 1e-9, true);
  },
  "points have a place, a part, and a look by class or by height"() {
    const [first, second] = readPoints(traits.points);
    equal([first.place, first.test, second.test], [[0, 1], false, true]);
    equal([first.colour, second.colour], [CLASSES[0].colour, CLASSES[1].colour]);
    const [low] = readPoints({ ...traits.points, classes: 0, label: floatsOf(-1, 1) });
    equal(low.colour[0] > low.colour[2], true, "a low height is orange");
  },
};

function floatsOf(...values) {
  return new DataView(Float32Array.from(values).buffer);
}
