// What the tests ask of the page; put before each of their scripts.
const get = (id) => document.getElementById(id);
const texts = (selector) =>
  [...document.querySelectorAll(selector)].map((found) => found.textContent);
const shownLabels = () => texts("#rows tr:not([hidden]) .label");
function set_(id, value, kind) {
  get(id).value = value;
  get(id).dispatchEvent(new Event(kind));
}
const shownOf = (selector, labels) =>
  [...document.querySelectorAll("#rows tr")]
    .filter((row) => labels.includes(row.querySelector("th")?.textContent))
    .map((row) => row.querySelector(selector).textContent);
const slide = (id, at) => set_(id, at, "input");
const filterBy = (kind) => set_("filter", kind, "change");
const matrix_ = () =>
  Object.fromEntries(["tp", "fp", "fn", "tn"].map((id) => [id, get(id).textContent]));
const averages_ = () =>
  [...document.querySelectorAll("[data-score]")].map((cell) => [
    cell.dataset.average,
    cell.dataset.score,
    cell.querySelector("b").textContent,
  ]);
// Of the chosen label: name, value, low and high of each score.
const scores_ = () =>
  [...document.querySelectorAll("#scores tr")].map((row) => [
    row.querySelector("th").textContent,
    row.querySelector("b").textContent,
    ...row.querySelector("span").textContent.split(" – "),
  ]);
// Where the marker of a curve stands, in units of the axes.
function marker(id) {
  const point = get(id).querySelector(".point");
  const [x, y] = ["cx", "cy"].map((name) => Number(point.getAttribute(name)));
  const { clientWidth, clientHeight } = get(id);
  return [(x - 30) / (clientWidth - 38), 1 - (y - 8) / (clientHeight - 26)];
}
const painted = () =>
  new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    requestAnimationFrame(() => channel.port2.postMessage(0));
  });
// The labels of the rows that stand within the window.
async function visibleLabels() {
  await painted();
  await painted();
  const { top, bottom } = get("window").getBoundingClientRect();
  return [...document.querySelectorAll("#rows .label")]
    .filter((cell) => {
      const box = cell.getBoundingClientRect();
      return box.bottom > top && box.top < bottom;
    })
    .map((cell) => cell.textContent);
}
// Milliseconds from what a person does to the end of the frame that shows it.
async function timeToPaint(act, times) {
  const found = [];
  for (let i = 0; i < times; i++) {
    await new Promise((done) => setTimeout(done, 30));
    await new Promise(requestAnimationFrame);
    const start = performance.now();
    act(i);
    const channel = new MessageChannel();
    await new Promise((done) => {
      channel.port1.onmessage = done;
      channel.port2.postMessage(0);
    });
    found.push(performance.now() - start);
  }
  return found;
}
