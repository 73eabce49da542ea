// ---- What people do, and the start ----
function moveTo(label, position) {
  positions[label] = position;
  refresh(label);
}
function copied() {
  const plain = (t) => (Number.isFinite(t) ? t : t > 0 ? "inf" : "-inf");
  const values = every.map((label) => plain(thresholdOf(label)));
  return JSON.stringify(data.named ? { values, label_names: data.labels } : { values });
}
async function copy() {
  const text = copied();
  try {
    await navigator.clipboard.writeText(text);
    $("copy").textContent = "Copied";
    setTimeout(() => ($("copy").textContent = "Copy thresholds"), 1600);
  } catch {
    $("json").value = text;
    $("paste").showModal();
    $("json").select();
  }
}
function listen() {
  const on = (id, event, act) => $(id).addEventListener(event, act);
  on("window", "scroll", showRows);
  on("search", "input", arrange);
  on("filter", "change", arrange);
  on("slider", "input", () => {
    moveTo(chosen, Number($("slider").value));
    showAll();
    showScores();
  });
  on("all", "input", () => {
    const threshold = data.shared[$("all").value];
    for (const label of every) moveTo(label, firstFrom(curves[label].thresholds, threshold));
    $("all-value").textContent = shown(threshold);
    showAll();
    showScores();
  });
  on("reset", "click", () => {
    for (const label of every) moveTo(label, curves[label].start);
    $("all-value").textContent = "–";
    showAll();
    showScores();
  });
  on("copy", "click", copy);
  on("scale", "click", () => {
    asShares = !asShares;
    $("scale").setAttribute("aria-pressed", !asShares);
    showAll();
  });
  on("theme", "click", () => {
    const isDark = $("theme").textContent === "Dark";
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
    $("theme").textContent = isDark ? "Light" : "Dark";
    for (const draw of redraws) draw();
  });
  on("window", "keydown", (event) => {
    const page = Math.floor($("window").clientHeight / ROW) - 2,
      at = order.indexOf(chosen),
      last = order.length - 1;
    const next = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: Math.min(last, at + page),
      PageUp: Math.max(0, at - page),
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === "Enter" && data.adjustable) $("slider").focus();
    else if (next === undefined || event.target !== $("window")) return;
    else choose(next, true);
    event.preventDefault();
  });
  let width = 0;
  new ResizeObserver(() => {
    if (data.adjustable && width && width !== $("detail").clientWidth) showDetail();
    width = $("detail").clientWidth;
  }).observe($("detail"));
  on("slider", "keydown", (event) => event.key === "Escape" && $("window").focus());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) {
      event.preventDefault();
      $("search").focus();
    }
  });
}
function heads() {
  for (const name in columns) {
    const button = element("button", { type: "button" }, columns[name][0]);
    button.addEventListener("click", () => {
      const before = sorted[0] === name ? sorted[1] : name === "label" ? -1 : 1;
      sorted = [name, -before];
      $("window").scrollTop = 0;
      arrange();
    });
    $("heads").append(
      element("th", { scope: "col", role: "columnheader", class: name, "data-name": name }, button),
    );
  }
}
async function start() {
  document.body.classList.toggle("fixed", !data.adjustable);
  if (matchMedia("(prefers-color-scheme: dark)").matches) $("theme").textContent = "Light";
  curves = curvesOf(await unpacked(data.bins));
  positions = Int32Array.from(curves, (curve) => curve.start);
  every.forEach(refresh);
  $("all").max = data.shared.length - 1;
  $("all").value = firstFrom(data.shared, 0.5);
  heads();
  listen();
  arrange();
  showAll();
  choose(0);
  await showPairs();
  document.documentElement.dataset.ready = performance.now();
}
start().catch((error) => {
  $("failed").hidden = false;
  throw error;
});
