// ---- Labels with labels: matrices on canvas, and the pairs that stand out ----
// Colours of the sheet's variables, which may be light-dark(): as the browser computes them.
function paint(name) {
  const probe = $("top");
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  probe.style.color = "";
  return color;
}
function cut(context, text, most) {
  if (context.measureText(text).width <= most) return text;
  let end = text.length;
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > most) end--;
  return `${text.slice(0, end)}…`;
}
// cells: {rows, columns, shade(i, j) -> [colour, 0 to 1], told(i, j) -> text, number(i, j)}
function matrix(id, { rows, columns, shade, told, number: numberAt }) {
  const canvas = $(id),
    readout = $(`${id}-cell`),
    context = canvas.getContext("2d");
  let size,
    left,
    top,
    at = null;
  function draw() {
    const ratio = devicePixelRatio || 1,
      width = canvas.clientWidth;
    const colours = Object.fromEntries(
      ["blue", "orange", "ink", "muted", "line", "sheet"].map((name) => [name, paint(`--${name}`)]),
    );
    const letter = Math.max(8, Math.min(12, (width * 0.7) / columns.length));
    context.font = `${letter}px ${getComputedStyle(canvas).fontFamily}`;
    const longest = Math.max(
      ...[...rows, ...columns].map((name) => context.measureText(name).width),
    );
    left = Math.min(150, width * 0.28, longest + 8);
    top = Math.min(110, width * 0.22, longest * 0.87 + 14);
    size = Math.min(44, (width - left - 2 - top * 0.45) / columns.length);
    const height = top + size * rows.length + 2;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    context.font = `${letter}px ${getComputedStyle(canvas).fontFamily}`;
    const nth = Math.ceil((letter + 1) / size); // of many names not all
    context.textBaseline = "middle";
    rows.forEach((name, i) => {
      context.fillStyle = colours.muted;
      context.textAlign = "right";
      if (i % nth === 0)
        context.fillText(cut(context, name, left - 8), left - 6, top + (i + 0.5) * size);
      columns.forEach((_, j) => {
        const [colour, strength] = shade(i, j),
          x = left + j * size,
          y = top + i * size,
          gap = size > 8 ? 1 : 0.5;
        context.globalAlpha = 1;
        context.fillStyle = colours.line;
        context.globalAlpha = 0.45;
        context.fillRect(x, y, size - gap, size - gap);
        context.globalAlpha = Math.min(1, strength);
        context.fillStyle = colours[colour];
        context.fillRect(x, y, size - gap, size - gap);
        context.globalAlpha = 1;
        if (size < 26 || !numberAt(i, j)) return;
        context.fillStyle = strength > 0.55 ? colours.sheet : colours.ink;
        context.textAlign = "center";
        context.fillText(short(numberAt(i, j)), x + size / 2, y + size / 2);
      });
    });
    context.fillStyle = colours.muted;
    context.textAlign = "left";
    columns.forEach((name, j) => {
      if (j % nth) return;
      context.save();
      context.translate(left + (j + 0.5) * size, top - 6);
      context.rotate(-Math.PI / 3);
      context.fillText(cut(context, name, (top - 12) / 0.87), 0, 0);
      context.restore();
    });
    if (at) {
      context.strokeStyle = colours.ink;
      context.lineWidth = 1.5;
      context.strokeRect(left + at[1] * size - 0.5, top + at[0] * size - 0.5, size, size);
    }
  }
  function show(i, j) {
    if (i < 0 || j < 0 || i >= rows.length || j >= columns.length) return;
    at = [i, j];
    readout.textContent = told(i, j);
    draw();
  }
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    const i = Math.floor((event.clientY - box.top - top) / size),
      j = Math.floor((event.clientX - box.left - left) / size);
    if (!at || i !== at[0] || j !== at[1]) show(i, j);
  });
  canvas.addEventListener(
    "click",
    () => at && at[0] < data.pairs.top.length && choose(order.indexOf(data.pairs.top[at[0]]), true),
  );
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
      event.key
    ];
    if (!step) return;
    event.preventDefault();
    if (at) show(at[0] + step[0], at[1] + step[1]);
    else show(0, 0);
  });
  let width = 0;
  new ResizeObserver(
    () => canvas.clientWidth !== width && ((width = canvas.clientWidth), draw()),
  ).observe(canvas);
  redraws.push(draw);
}
const redraws = [];
function pairRows(id, pairs, told) {
  $(id).replaceChildren(
    ...pairs.map((pair) =>
      element("tr", {}, ...told(...pair).map((text) => element("td", {}, text))),
    ),
  );
  $(id).parentNode.hidden = !pairs.length;
}
async function showPairs() {
  $("pairs").hidden = L < 2 || !data.pairs;
  if ($("pairs").hidden) return;
  const { top, confused, associated } = data.pairs,
    K = top.length,
    names = top.map((l) => data.labels[l]);
  const [confusion, together, expected] = await Promise.all(
    [data.pairs.confusion, data.pairs.together, data.pairs.expected].map(unpacked),
  );
  const name = (l) => data.labels[l],
    among = (l) => data.counts.tp[l] + data.counts.fn[l];
  $("top").textContent =
    K < L
      ? `The ${K} most frequent of ${L} labels; the lists beneath are of all. As predicted in the report.`
      : "As predicted in the report.";
  const mistaken = (i, j) => confusion[i * (K + 1) + j] * data.unit;
  let worst = 1e-9;
  for (let i = 0; i < K; i++)
    for (let j = 0; j < K; j++)
      if (i !== j) worst = Math.max(worst, mistaken(i, j) / (among(top[i]) || 1));
  matrix("confusion", {
    rows: [...names, "(no label)"],
    columns: [...names, "(nothing)"],
    number: mistaken,
    shade: (i, j) =>
      i < K
        ? ((share) => (i === j ? ["blue", share] : ["orange", share / (j < K ? worst : 1)]))(
            mistaken(i, j) / (among(top[i]) || 1),
          )
        : ["muted", 0],
    told: (i, j) =>
      i === j && i < K
        ? `${names[i]}: ${count(mistaken(i, i))} of ${count(among(top[i]))} found.`
        : `${i < K ? `${names[i]} missed` : "No label true"}, ${j < K ? `${names[j]} predicted` : "nothing predicted"}: ${count(mistaken(i, j))}${i < K ? ` (${count(among(top[i]))} ${names[i]} in all)` : ""}.`,
  });
  const found = (i, j) => together[i * K + j] * data.unit,
    chance = (i, j) => (expected[i * K + j] / 10) * data.unit;
  const { rows } = data.pairs, // of a weight of 1
    residual = (i, j) =>
      ((found(i, j) - chance(i, j)) * rows) / Math.sqrt(chance(i, j) * rows + 1);
  matrix("together", {
    rows: names,
    columns: names,
    number: found,
    shade: (i, j) =>
      i === j
        ? ["muted", 0.25]
        : [
            residual(i, j) > 0 ? "blue" : "orange",
            Math.abs(residual(i, j)) < 2
              ? 0
              : Math.min(1, Math.log2(1 + Math.abs(residual(i, j))) / 5),
          ],
    told: (i, j) =>
      i === j
        ? `${names[i]}: ${count(found(i, i))} in all.`
        : `${names[i]} and ${names[j]}: ${count(found(i, j))} together, ${count(chance(i, j))} expected by chance.`,
  });
  pairRows("confused", confused, (i, j, times) => [`${name(i)} → ${name(j)}`, count(times)]);
  pairRows("associated", associated, (i, j, times, usual) => [
    `${name(i)} + ${name(j)}`,
    `${count(times)}, ${count(usual)}`,
  ]);
  $("matrices").classList.toggle("few", K < 15);
}
