// ---- Averages ----
function liveAverages() {
  const sums = { tp: 0, fp: 0, fn: 0, tn: 0 },
    found = { macro: {}, weighted: {} };
  for (const each of now) for (const key in sums) sums[key] += each[key];
  const micro = scoresOf(sums.tp, sums.fp, sums.fn, sums.tn, 0);
  found.micro = Object.fromEntries(NAMES.map((name) => [name, micro[name][0]]));
  for (const name of NAMES) {
    const known = now.filter((each) => typeof each[name][0] === "number");
    const support = known.reduce((sum, each) => sum + each.support, 0);
    found.macro[name] = known.reduce((sum, each) => sum + each[name][0], 0) / known.length;
    found.weighted[name] = support
      ? known.reduce((sum, each) => sum + each[name][0] * each.support, 0) / support
      : found.macro[name];
  }
  return found;
}
function showAverages() {
  const anyMoved = isMoved.includes(1),
    live = anyMoved ? liveAverages() : {};
  $("live").hidden = !anyMoved;
  $("reset").disabled = !anyMoved;
  for (const cell of document.querySelectorAll("[data-score]")) {
    const { average, score: name } = cell.dataset,
      [value, low, high] = data.averages[average][name];
    const current = live[average]?.[name],
      isLive = current !== undefined;
    cell.classList.toggle("live", isLive);
    cell.classList.toggle("stale", anyMoved && average === "samples");
    cell.children[0].textContent = score(isLive ? current : value);
    cell.children[1].textContent = isLive
      ? `report ${score(value)}`
      : `${score(low)} – ${score(high)}`;
    const tick = cell.querySelector(".tick"),
      x = 100 * (isLive ? current : value);
    if (tick) move(tick, { x1: x, x2: x });
  }
}
// ---- The table: 40 rows, which are written anew as it scrolls ----
const bare = (label, name) => {
  const value = now[label][name]?.[0] ?? data.reported[name]?.[label][0];
  return value ?? NaN;
};
const columns = {
  label: ["Label", (l) => l],
  support: ["Positives", (l) => now[l].support],
  threshold: ["Threshold", thresholdOf],
  outcomes: ["Outcomes", (l) => now[l].fp + now[l].fn],
  f1_score: ["F1"],
  precision: ["Precision"],
  recall: ["Recall"],
  average_precision: ["AP"],
  roc_auc: ["AUC"],
};
if (data.compared) {
  // In place of two columns: they stand beside the chosen label too.
  const metric = data.compared.metric.replace("average precision", "AP");
  columns.difference = [`${metric} a − b`, (l) => data.compared.difference[l] ?? NaN];
  delete columns.average_precision;
  delete columns.roc_auc;
}
const widest = Math.max(
  1e-9,
  ...["low", "high"].flatMap((end) => data.compared?.[end].map(Math.abs) ?? []),
);
if (!data.adjustable) delete columns.threshold;
for (const name of ["average_precision", "roc_auc"]) if (!data.reported[name]) delete columns[name];
let order = every,
  sorted = ["support", -1],
  chosen = 0,
  first = -1,
  asShares = true;
const alphabet = new Intl.Collator("en", { numeric: true }),
  ranks = [];
[...every]
  .sort((a, b) => alphabet.compare(data.labels[a], data.labels[b]))
  .forEach((label, rank) => (ranks[label] = rank));
const keep = {
  all: () => true,
  few: (l) => data.few.includes(l),
  low: (l) => bare(l, "f1_score") < 0.5,
  never: (l) => now[l].tp + now[l].fp === 0,
  moved: (l) => isMoved[l],
};
const pool = Array.from({ length: Math.min(WINDOW, L) }, () => {
  const row = element("tr", { role: "row" }),
    cells = { row };
  for (const name in columns)
    cells[name] = row.appendChild(
      element(name === "label" ? "th" : "td", {
        class: name,
        role: name === "label" ? "rowheader" : "gridcell",
      }),
    );
  const lines = [
    ["rail", 0, 100],
    ["range", 0, 0],
    ["tick", 0, 0],
  ].map(([kind, x1, x2]) =>
    element("line", {
      class: kind,
      x1,
      x2,
      y1: kind === "tick" ? 0 : 5,
      y2: kind === "tick" ? 10 : 5,
    }),
  );
  cells.label.dir = "auto";
  cells.value = cells.f1_score.appendChild(new Text());
  cells.f1_score.append(
    element(
      "svg",
      { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      ...lines,
    ),
  );
  cells.bars = ["missed", "found", "false"].map((kind) =>
    element("rect", { class: kind, y: 4, height: 10 }),
  );
  cells.words = ["missed", "predicted"].map((kind) => element("small", { class: kind }));
  cells.outcomes.append(
    cells.words[0],
    element("svg", { viewBox: "0 0 84 18", role: "img" }, ...cells.bars),
    cells.words[1],
  );
  if (cells.difference) {
    cells.difference.append(
      new Text(),
      element(
        "svg",
        { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
        ...["rail", "range", "tick"].map((kind) =>
          element("line", {
            class: kind,
            y1: kind === "tick" ? 0 : 5,
            y2: kind === "tick" ? 10 : 5,
            x1: 0,
            x2: 100,
          }),
        ),
        element("line", { class: "frame", x1: 50, x2: 50, y1: 0, y2: 10 }),
      ),
    );
  }
  row.addEventListener("click", () => choose(cells.at));
  return Object.assign(cells, { lines });
});
const spacers = [
  element("tr", { "aria-hidden": "true" }),
  element("tr", { "aria-hidden": "true" }),
];
$("rows").append(spacers[0], ...pool.map((cells) => cells.row), spacers[1]);

function arrange() {
  const wanted = $("search").value.trim().toLowerCase(),
    isKept = keep[$("filter").value],
    [name, sign] = sorted;
  const value = name === "label" ? (l) => ranks[l] : (columns[name][1] ?? ((l) => bare(l, name)));
  const values = every.map(value);
  order = every.filter((l) => isKept(l) && data.labels[l].toLowerCase().includes(wanted));
  order.sort(
    (a, b) =>
      Number.isNaN(values[a]) - Number.isNaN(values[b]) || sign * (values[a] - values[b]) || a - b,
  );
  for (const head of $("heads").children) {
    if (head.dataset.name === name)
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  }
  $("found").textContent = order.length === L ? "" : `${order.length} of ${L}`;
  move($("window"), { "aria-rowcount": order.length + 1 });
  first = -1;
  showRows();
}
function showRows() {
  const last = Math.max(0, order.length - pool.length),
    visible = Math.floor($("window").scrollTop / ROW);
  const start = Math.min(last, Math.max(0, 10 * Math.floor((visible - 5) / 10)));
  if (start !== first) {
    first = start;
    spacers[0].style.height = `${start * ROW}px`;
    spacers[1].style.height = `${Math.max(0, order.length - start - pool.length) * ROW}px`;
    pool.forEach((cells, i) => (cells.at = start + i));
    pool.forEach(showRow);
  } else for (const cells of pool) if (Math.abs(cells.at - visible - 11) < 16) showRow(cells);
}
let most = [1, 1];
function showRow(cells) {
  const label = order[cells.at];
  cells.row.hidden = label === undefined;
  if (label === undefined) return;
  cells.row.setAttribute("aria-selected", label === chosen);
  const key = [cells.at, label, positions[label], asShares || most].join();
  if (key === cells.key) return;
  cells.key = key;
  const each = now[label],
    [f1, low, high] = each.f1_score,
    isKnown = typeof f1 === "number";
  move(cells.row, { "aria-rowindex": cells.at + 2, id: `row-${label}` });
  cells.row.classList.toggle("moved", isMoved[label]);
  cells.label.textContent = cells.label.title = data.labels[label];
  cells.support.textContent = count(each.support);
  if (cells.threshold) cells.threshold.textContent = shown(thresholdOf(label));
  cells.value.data = score(f1);
  for (const name of ["precision", "recall", "average_precision", "roc_auc"])
    if (cells[name]) cells[name].textContent = score(bare(label, name));
  move(cells.lines[1], { x1: 100 * (isKnown ? low : 0), x2: 100 * (isKnown ? high : 0) });
  move(cells.lines[2], { x1: 100 * (isKnown ? f1 : -9), x2: 100 * (isKnown ? f1 : -9) });
  if (cells.difference) showDifference(cells.difference, label);
  const { tp, fp, fn } = each,
    whole = tp + fp + fn || 1,
    [left, right] = asShares ? [whole, whole] : most;
  const scale = asShares ? 36 / whole : Math.min(36 / left, 43 / right),
    widths = [fn, tp, fp].map((x) => x * scale);
  [36 - widths[0], 37, 37 + widths[1]].forEach((x, i) =>
    move(cells.bars[i], { x, width: widths[i] }),
  );
  const words = [short(fn), `${short(tp)} · ${short(fp)}`];
  words.forEach((text, i) => (cells.words[i].textContent = text));
  cells.outcomes.children[1].setAttribute(
    "aria-label",
    `${count(fn)} missed, ${count(tp)} found, ${count(fp)} false alarms`,
  );
}
function showDifference(cell, label) {
  const { difference, low, high, adjusted, error } = data.compared,
    at = (x) => 50 + (50 * (x ?? 0)) / widest;
  cell.firstChild.data = signed(difference[label]);
  cell.classList.toggle("differs", adjusted[label] < error);
  const [, range, tick] = cell.lastChild.children;
  move(range, { x1: at(low[label]), x2: at(high[label]) });
  move(tick, { x1: at(difference[label]), x2: at(difference[label]) });
}
function showAll() {
  most = [1, 1];
  for (const { tp, fp, fn } of now) most = [Math.max(most[0], fn), Math.max(most[1], tp + fp)];
  showRows();
  showAverages();
}
function choose(place, focus = false) {
  if (place < 0 || place >= order.length) return;
  const frame = $("window"),
    top = place * ROW,
    head = $("heads").offsetHeight;
  chosen = order[place];
  if (focus)
    frame.scrollTop = Math.min(
      top,
      Math.max(frame.scrollTop, top + ROW + head - frame.clientHeight),
    );
  showRows();
  for (const { row, at } of pool) row.setAttribute("aria-selected", order[at] === chosen);
  frame.setAttribute("aria-activedescendant", `row-${chosen}`);
  showDetail();
}
