"use strict";
// One script without libraries. What users named is only ever written as text.
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const L = data.labels.length,
  NAMES = ["precision", "recall", "f1_score"],
  OUTCOMES = ["tp", "fp", "fn", "tn"];
const COLOURS = ["green", "orange", "blue"],
  WINDOW = 40,
  ROW = 34;
const number = (value) =>
  typeof value === "string" ? Number(value.replace("inf", "Infinity")) : value;
const own = data.own.map(number),
  every = [...data.labels.keys()];
const score = (x) => (x === null || x === undefined || Number.isNaN(x) ? "–" : x.toFixed(3));
const signed = (x) => (x > 0 ? "+" : "") + score(x).replace("-", "−");
const count = (x) =>
  Number.isInteger(x) || x >= 1000 ? Math.round(x).toLocaleString("en") : String(+x.toPrecision(3));
const short = (x) =>
  x < 1e3
    ? count(x)
    : x < 999500
      ? `${+(x / 1e3).toPrecision(2)}k`
      : x < 1e9
        ? `${+(x / 1e6).toPrecision(2)}M`
        : x.toExponential(1);
// Steps of 0.005 to three decimals; toward 0 and 1 as many as they need.
const rounded = (t) =>
  t >= 0.05 && t <= 0.95
    ? t.toFixed(3)
    : t > 0.95 && t < 1
      ? String(+(1 - (1 - t).toPrecision(3)).toFixed(12))
      : String(+t.toPrecision(3));
const isNever = (t) => t === Infinity || (data.probabilities && t > 1);
const shown = (t) => (isNever(t) ? "never" : t === -Infinity ? "always" : rounded(t));

function element(name, attributes = {}, ...children) {
  const isDrawn = /^(g|svg|line|path|circle|rect|text)$/.test(name);
  const made = isDrawn
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
function move(line, attributes) {
  for (const key in attributes) line.setAttribute(key, attributes[key]);
}

// ---- The data: what each threshold counts ----
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const raw = new Uint8Array(await new Response(stream).arrayBuffer());
  const numbers = new Float64Array(raw.length);
  let n = 0,
    value = 0,
    scale = 1;
  for (const byte of raw) {
    value += (byte & 127) * scale;
    if (byte & 128) scale *= 128;
    else {
      numbers[n++] = value;
      value = 0;
      scale = 1;
    }
  }
  return numbers.subarray(0, n);
}
function firstFrom(sorted, value) {
  let low = 0,
    high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
// Of each label: its thresholds, and the positives and negatives at or above each.
function curvesOf(stream) {
  const filled = stream.subarray(0, L),
    total = filled.reduce((a, b) => a + b, 0);
  let at = L;
  return every.map((label) => {
    const place = firstFrom(data.shared, own[label]),
      isShared = data.shared[place] === own[label];
    const thresholds = isShared
      ? data.shared
      : [...data.shared.slice(0, place), own[label], ...data.shared.slice(place)];
    const tp = new Float64Array(thresholds.length + 2),
      fp = new Float64Array(thresholds.length + 2);
    for (let i = 0, bin = -1; i < filled[label]; i++, at++) {
      bin += stream[at] + 1;
      fp[bin] = stream[at + total] * data.unit;
      tp[bin] = stream[at + 2 * total] * data.unit;
    }
    for (let k = thresholds.length; k >= 0; k--) {
      tp[k] += tp[k + 1];
      fp[k] += fp[k + 1];
    }
    return { thresholds, start: place, tp, fp };
  });
}
// ---- Scores of counts ----
function wilson(hits, rows, share) {
  if (!rows) return data.zero === null ? [] : [data.zero, 0, 1];
  const p = hits / rows,
    t = data.z ** 2 / (rows * share),
    centre = (p + t / 2) / (1 + t);
  const half = Math.sqrt(t * p * (1 - p) + (t * t) / 4) / (1 + t);
  return [p, Math.max(0, centre - half), Math.min(1, centre + half)];
}
function scoresOf(tp, fp, fn, tn, label) {
  const share = (i) => (data.effective ? data.effective[i][label] : 1);
  if (tp + fp + fn + tn === 0) return { precision: [], recall: [], f1_score: [] };
  const jaccard = wilson(tp, tp + fp + fn, share(2));
  return {
    precision: wilson(tp, tp + fp, share(0)),
    recall: wilson(tp, tp + fn, share(1)),
    f1_score: jaccard.map((j) => (2 * j) / (1 + j)),
  };
}
let curves, positions;
const now = new Array(L),
  isMoved = new Uint8Array(L);
function countsAt(label, position) {
  const { tp, fp } = curves[label],
    k = position + 1;
  return [tp[k], fp[k], tp[0] - tp[k], fp[0] - fp[k]];
}
function refresh(label) {
  isMoved[label] = positions[label] !== curves[label].start;
  const counts = isMoved[label]
      ? countsAt(label, positions[label])
      : OUTCOMES.map((name) => data.counts[name][label]),
    [tp, fp, fn, tn] = counts,
    scores = isMoved[label] ? scoresOf(...counts, label) : reportedOf(label);
  now[label] = { tp, fp, fn, tn, support: tp + fn, ...scores };
}
const reportedOf = (label) =>
  Object.fromEntries(NAMES.map((name) => [name, data.reported[name][label]]));
const thresholdOf = (label) => curves[label].thresholds[positions[label]];
