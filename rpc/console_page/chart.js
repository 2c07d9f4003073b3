// Charts as inline SVG, drawn without style attributes, which the page's policy forbids.

const SVG = "http://www.w3.org/2000/svg";

function shape(tag, properties, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(properties)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function text(x, y, content, anchor = "middle") {
  return shape("text", { x, y, "text-anchor": anchor }, content);
}

// A step of 1, 2 or 5 times a power of ten, with about four of them up to `largest`.
function stepFor(largest) {
  const rough = (largest || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((each) => each * power >= rough);
}

// Bars up from a line for `up`, down from it for `down`; `days` are [{day, up, down, title}].
export function barChart(days, label) {
  const width = 720, height = 260, left = 52, right = 8, top = 12, bottom = 26;
  const highest = Math.max(0, ...days.map((each) => each.up));
  const lowest = Math.max(0, ...days.map((each) => each.down));
  const step = stepFor(Math.max(highest, lowest));
  const ceiling = Math.max(step, Math.ceil(highest / step) * step);
  const floor = Math.ceil(lowest / step) * step;
  const y = (value) => top + (height - top - bottom) * (ceiling - value) / (ceiling + floor);
  const slot = (width - left - right) / days.length;
  const parts = [];
  for (let value = -floor; value <= ceiling + step / 2; value += step) {
    const kind = Math.abs(value) < step / 2 ? "zero" : "line";
    parts.push(shape("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: kind }));
    parts.push(text(left - 8, y(value) + 4, (value || 0).toLocaleString("en", { maximumFractionDigits: 2 }), "end"));
  }
  const every = Math.ceil(days.length / 8);
  days.forEach((each, index) => {
    const x = left + slot * index + slot * 0.15;
    const bar = (kind, from, to) => shape("rect", {
      class: kind, x, width: slot * 0.7, y: y(from), height: Math.max(0, y(to) - y(from)), rx: Math.min(2, slot / 8),
    });
    const tip = shape("title", {}, each.title);
    parts.push(shape("g", {}, tip, bar("sales", each.up, 0), bar("refunds", 0, -each.down)));
    if ((days.length - 1 - index) % every === 0) parts.push(text(x + slot * 0.35, height - 8, each.day));
  });
  return shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "chart" }, ...parts);
}

// A line without axes, for what has just been.
export function sparkline(values, label) {
  const width = 240, height = 44;
  const highest = Math.max(...values, 1e-9);
  const x = (index) => (values.length < 2 ? 0 : index * width / (values.length - 1));
  const points = values.map((value, index) => `${x(index).toFixed(1)},${(height - 3 - (height - 6) * value / highest).toFixed(1)}`);
  return shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "spark", preserveAspectRatio: "none" },
    shape("polyline", { points: points.join(" "), class: "trend", "vector-effect": "non-scaling-stroke" }));
}
