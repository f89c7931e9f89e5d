import { BY_CLASS, SIGNED, TWO_COLOURS, likeliest } from "./colours.js";

// What was sent as single precision; it need not lie where such numbers could be read in place.
export const floats = ({ buffer, byteOffset, byteLength }) =>
  new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));

export const octets = ({ buffer, byteOffset, byteLength }) =>
  new Uint8Array(buffer, byteOffset, byteLength);

// A frame, with names for what its buffers hold. Layers count from 1; layer 0 is the features, of
// which the units are all that there are, in the order to show, whether used or not.
export function readFrame(header, [maps, ...numbers], featureMaps, features) {
  const { sizes } = header;
  const area = featureMaps.length / features.length;
  const [parameters, gradient, curves] = numbers.map(floats);
  // Where the parameters and the units of each layer begin.
  const [weights, units] = [[0, 0], [0, 0]];
  for (let layer = 1; layer < sizes.length; layer += 1) {
    weights.push(weights[layer] + (sizes[layer - 1] + 1) * sizes[layer]);
    units.push(units[layer] + sizes[layer]);
  }
  const top = sizes.length - 1;
  const ofClasses = header.output === "softmax";
  function levels(layer, unit) {
    const start = (units[layer] + unit) * area;
    return (layer === 0 ? featureMaps : octets(maps)).subarray(start, start + area);
  }
  return {
    header, parameters, gradient, curves, top, ofClasses,
    weight: (layer, to, from) => weights[layer] + to * sizes[layer - 1] + from,
    bias: (layer, unit) => weights[layer] + sizes[layer] * sizes[layer - 1] + unit,
    // The pixels of a unit's map; without a unit, of what all outputs make of the plane together.
    shade([layer, unit], discrete) {
      if (unit === undefined && ofClasses) {
        return likeliest(Array.from({ length: sizes[top] }, (_, i) => levels(top, i)), discrete);
      }
      const table = ofClasses && layer === top ? BY_CLASS[unit] : discrete ? TWO_COLOURS : SIGNED;
      const plane = levels(layer, unit ?? 0);
      return (at) => table[plane[at]];
    },
    // What a unit is called.
    name(layer, unit) {
      if (layer === 0) return `Feature ${pretty(features[unit])}`;
      if (layer < top) return `Unit ${unit + 1} of layer ${layer}`;
      return sizes[layer] > 1 ? `Output ${unit + 1}` : "Output";
    },
    // Where the weights of a layer come from.
    source: (layer, from) => (layer > 1 ? `unit ${from + 1} of layer ${layer - 1}`
      : pretty(header.features[from])),
  };
}

// How a feature is written: x1^2 as x₁².
export const pretty = (feature) =>
  feature.replaceAll("x1", "x₁").replaceAll("x2", "x₂").replace("^2", "²").replace("*", "");
