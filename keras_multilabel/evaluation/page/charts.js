// ---- One label: charts in units of their axes, 0 to 1, y upward ----
function chart(id, xTicks, yTicks, draw) {
  const svg = $(id),
    { clientWidth: width, clientHeight: height } = svg,
    left = 30,
    bottom = 18,
    right = 8,
    top = id === "thresholds" ? 22 : 8;
  const x = (share) => left + share * (width - left - right),
    y = (share) => height - bottom - share * (height - top - bottom);
  const add = (name, attributes, ...text) => svg.appendChild(element(name, attributes, ...text));
  svg.replaceChildren();
  for (const [at, text] of yTicks) {
    add("line", {
      class: at ? "gridline" : "frame",
      x1: left,
      x2: width - right,
      y1: y(at),
      y2: y(at),
    });
    add("text", { class: "axis", x: left - 5, y: y(at) + 3, "text-anchor": "end" }, text);
  }
  let before = -99;
  for (const [at, text] of xTicks) {
    if (x(at) - before < 30) continue; // their texts would touch
    before = x(at);
    const anchor = at < 0.97 ? "middle" : "end";
    add("text", { class: "axis", x: x(at), y: height - 4, "text-anchor": anchor }, text);
  }
  const path = (points) =>
    points.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
  return draw({
    x,
    y,
    add,
    line: (kind, points) => points.length && add("path", { class: kind, d: path(points) }),
  });
}
const FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => [at, String(at)]);
let moveMarks = () => {};
function drawCurves(label) {
  const { thresholds, start, tp, fp } = curves[label],
    last = thresholds.length - 1,
    steps = [...thresholds.keys()];
  const scores = steps.map((k) => scoresOf(...countsAt(label, k), label)),
    isBoth = tp[0] && fp[0];
  const ticks = data.probabilities
    ? [1e-5, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
    : [0, 0.25, 0.5, 0.75, 1].map((at) => thresholds[Math.round(at * last)]);
  const marks = [];
  chart(
    "thresholds",
    ticks.map((t) => [firstFrom(thresholds, t) / last, t === 1e-5 ? "10⁻⁵" : String(+shown(t))]),
    FIFTHS,
    ({ x, y, add, line }) => {
      const f1 = scores.map((each) => each.f1_score),
        along = (side) => f1.map((f, k) => [k / last, f[side] ?? 0]);
      line("band", [...along(1), ...along(2).reverse()]);
      add("line", { class: "own", x1: x(start / last), x2: x(start / last), y1: y(0), y2: y(1) });
      NAMES.forEach((name, i) =>
        line(
          `line ${COLOURS[i]}`,
          steps
            .filter((k) => name !== "precision" || tp[k + 1] + fp[k + 1])
            .map((k) => [k / last, scores[k][name][0] ?? 0]),
        ),
      );
      const cursor = add("line", { class: "cursor", y1: y(0), y2: y(1) });
      NAMES.forEach((name, i) =>
        add(
          "text",
          { class: `axis ${COLOURS[i]}`, x: 40 + 56 * i, y: 12 },
          ["Precision", "Recall", "F1"][i],
        ),
      );
      marks.push((k) => move(cursor, { x1: x(k / last), x2: x(k / last) }));
    },
  );
  const curve = (id, at, from, diagonal) =>
    chart(id, FIFTHS, FIFTHS, ({ x, y, add, line }) => {
      const points = steps.map((k) => at(k + 1)).filter(([a, b]) => a >= 0 && b >= 0);
      if (diagonal)
        line("thin", [
          [0, 0],
          [1, 1],
        ]);
      line("line blue", [...points, ...from]);
      const point = add("circle", { class: "point", r: 4.5 });
      marks.push((k) => {
        const [a, b] = at(k + 1);
        move(point, {
          cx: x(a || 0),
          cy: y(b || 0),
          visibility: a >= 0 && b >= 0 ? "visible" : "hidden",
        });
      });
    });
  curve("pr", (k) => [tp[k] / tp[0], tp[k] / (tp[k] + fp[k])], [], false);
  curve("roc", (k) => [fp[k] / fp[0], tp[k] / tp[0]], isBoth ? [[0, 0]] : [], true);
  $("reliability").parentNode.hidden = !data.probabilities;
  if (data.probabilities) drawReliability(thresholds, tp, fp, label);
  moveMarks = (k) => marks.forEach((mark) => mark(k));
}
function drawReliability(thresholds, tp, fp, label) {
  const at = [...Array(10).keys()]
    .map((i) => firstFrom(thresholds, i / 10))
    .concat(thresholds.length);
  const bins = at
    .slice(0, 10)
    .map((from, i) => [
      tp[from + (i > 0)] - tp[at[i + 1] + 1],
      fp[from + (i > 0)] - fp[at[i + 1] + 1],
    ]);
  const largest = Math.max(1, ...bins.map(([p, n]) => p + n));
  chart("reliability", FIFTHS, FIFTHS, ({ x, y, add, line }) => {
    bins.forEach(([p, n], i) => {
      const top = 0.3 * Math.sqrt((p + n) / largest);
      add("rect", {
        class: "count",
        x: x(i / 10 + 0.01),
        y: y(top),
        width: x(0.08) - x(0),
        height: y(0) - y(top),
      });
    });
    line("thin", [
      [0, 0],
      [1, 1],
    ]);
    bins.forEach(([p, n], i) => {
      if (!(p + n)) return;
      const [share, low, high] = wilson(p, p + n, data.effective ? data.effective[0][label] : 1);
      let sum = 0;
      for (let k = at[i]; k < at[i + 1]; k++)
        sum +=
          ((tp[k + 1] - tp[k + 2] + fp[k + 1] - fp[k + 2]) *
            (thresholds[k] + (thresholds[k + 1] ?? 1))) /
          2;
      const middle = x(Math.min(1, sum / (p + n)));
      add("line", { class: "range", x1: middle, x2: middle, y1: y(low), y2: y(high) });
      add("circle", { class: "dot", cx: middle, cy: y(share), r: 3 });
      add(
        "text",
        { class: "axis halo", x: x(i / 10 + 0.05), y: y(0) - 3, "text-anchor": "middle" },
        short(p + n),
      );
    });
  });
}
function showDetail() {
  const label = chosen,
    { length } = curves[label].thresholds;
  $("name").textContent = data.labels[label];
  $("slider").max = length - 1;
  if (data.adjustable) drawCurves(label);
  showPictures(label);
  showScores();
}
function showScores() {
  const label = chosen,
    each = now[label],
    at = positions[label],
    threshold = shown(thresholdOf(label)),
    total = each.tp + each.fp + each.fn + each.tn;
  const ranking = [
    ["average_precision", "AP"],
    ["roc_auc", "ROC AUC"],
  ].filter(([name]) => data.reported[name]);
  $("about").textContent =
    `${count(each.support)} of ${count(total)} positive${data.adjustable ? ` · threshold ${threshold}${isMoved[label] ? `, ${shown(own[label])} in the report` : ""}` : ""}`;
  $("slider").value = at;
  $("slider").setAttribute(
    "aria-valuetext",
    `${threshold}: precision ${score(each.precision[0])}, recall ${score(each.recall[0])}, F1 ${score(each.f1_score[0])}`,
  );
  for (const name of ["tp", "fp", "fn", "tn"]) $(name).textContent = count(each[name]);
  const rows = [["f1_score", "F1"], ["precision", "Precision"], ["recall", "Recall"], ...ranking];
  $("scores").replaceChildren(
    ...rows.map(([name, title]) => {
      const [value, low, high] = each[name] ?? data.reported[name][label];
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, title),
        element(
          "td",
          {},
          element("b", {}, score(value)),
          element("span", {}, `${score(low)} – ${score(high)}`),
        ),
      );
    }),
  );
  $("versus").hidden = !data.compared;
  if (data.compared) $("versus").textContent = versus(label);
  moveMarks(at);
}
// Of the decisions that were compared, wherever the slider stands.
function versus(label) {
  const { metric, correction, a, b, difference, low, high, adjusted } = data.compared,
    p = adjusted[label] < 0.001 ? "p < 0.001" : `p = ${score(adjusted[label])}`,
    ends = `${signed(low[label])} to ${signed(high[label])}`;
  return `${metric} of model a ${score(a[label])}, of b ${score(b[label])}: a − b ${signed(difference[label])} (${ends}), ${p} by ${correction}`;
}
function showPictures(label) {
  $("pictures").hidden = !data.pictures;
  if (data.pictures)
    ["misses", "alarms"].forEach((id, kind) => {
      const worst = data.pictures.worst[label][kind];
      $(id).replaceChildren(
        ...(worst.length ? [] : [element("p", { class: "muted" }, "none")]),
        ...worst.map(([row, value]) => {
          const text = value === null ? `row ${row}` : `${score(value)}`,
            alt = `${kind ? "False alarm" : "Missed"}: row ${row}, score ${score(value)}`;
          return element(
            "figure",
            {},
            element("img", {
              src: `data:image/webp;base64,${data.pictures.images[row]}`,
              alt,
              title: alt,
            }),
            element("figcaption", { class: "muted" }, text),
          );
        }),
      );
    });
}
