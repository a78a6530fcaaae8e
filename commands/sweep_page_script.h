// SPDX-License-Identifier: MIT
#pragma once

namespace pincel {

// What the page of a sweep adds to web_page()'s own look.
inline constexpr char kSweepPageStyle[] = R"css(
.grid th[scope=row], #cells td { max-width: 20rem; white-space: normal; overflow-wrap: anywhere; }
.tools select { max-width: 18rem; }
.lead { font-size: 1.06rem; }
.grid td { vertical-align: top; }
.grid .seeds { display: flex; gap: 3px; }
.grid img { width: 84px; cursor: pointer; }
.grid img.chosen { outline: 3px solid var(--mark); }
#cells img { width: 72px; }
tr.chosen td { background: var(--wash); }
svg.curve { display: block; width: 120px; height: 34px; }
svg.curve polyline { fill: none; stroke: var(--mark); stroke-width: 1.4; }
svg.bar { display: block; width: 180px; height: 12px; background: var(--wash); }
svg.bar rect { fill: var(--bar); }
svg.bar line { stroke: var(--ink); stroke-width: 1.5; }
#compare { border: 1px solid var(--line); border-radius: 6px; background: var(--card);
  padding: .6rem .9rem; margin: 1rem 0; }
#compare h2 { margin-top: 0; }
#chosen-cells { display: flex; flex-wrap: wrap; gap: 1rem; }
#chosen-cells figure { margin: 0; max-width: 16rem; }
#chosen-cells img { width: 16rem; image-rendering: auto; }
#chosen-cells figcaption { margin-top: .25rem; }
#chosen-curves { width: 100%; max-width: 40rem; height: 13rem; display: block; }
#chosen-curves text { fill: var(--soft); font-size: 11px; }
#chosen-curves polyline { fill: none; stroke-width: 1.8; }
.k0 { stroke: #1f77b4; color: #1f77b4; } .k1 { stroke: #d9480f; color: #d9480f; }
.k2 { stroke: #2b8a3e; color: #2b8a3e; } .k3 { stroke: #9467bd; color: #9467bd; }
.k4 { stroke: #c2255c; color: #c2255c; } .k5 { stroke: #0b7285; color: #0b7285; }
@media (prefers-color-scheme: dark) {
  .k0 { stroke: #74b9f0; color: #74b9f0; } .k1 { stroke: #ff9466; color: #ff9466; }
  .k2 { stroke: #6fd08c; color: #6fd08c; } .k3 { stroke: #c5a3e8; color: #c5a3e8; }
  .k4 { stroke: #f783ac; color: #f783ac; } .k5 { stroke: #4fd0dd; color: #4fd0dd; }
}
#tray { position: fixed; right: 1rem; bottom: 1rem; display: flex; gap: .6rem; align-items: center;
  background: var(--card); border: 1px solid var(--mark); border-radius: 6px; padding: .4rem .7rem;
  box-shadow: 0 2px 10px rgb(0 0 0 / .2); }
#tray[hidden], #compare[hidden] { display: none; }
.failed { color: #c92a2a; }
)css";

inline constexpr char kSweepPageScript[] = R"js(
const cells = page_data.cells;
const chosen = new Set((address.get("pick") || "").split(",").map(Number)
  .filter(number => cells.some(cell => cell.number === number)));
const of_number = number => cells.find(cell => cell.number === number);
function element(name, properties, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}
function drawn(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
const written = (value, digits) => value === null ? "\u2013" : value.toFixed(digits);
function thumbnail(number) {
  const seen = document.querySelector("#cell-" + number + " img");
  return seen ? seen.src : "";
}
function curves_of(picked) {
  const points = picked.flatMap(cell => cell.curve);
  const svg = drawn("svg", {id: "chosen-curves", viewBox: "0 0 640 208", role: "img",
    "aria-label": "loss over steps"});
  if (points.length === 0) return svg;
  const last = Math.max(1, ...points.map(point => point[0]));
  const low = Math.min(...points.map(point => point[1]));
  const high = Math.max(...points.map(point => point[1]));
  const x = step => 52 + 578 * step / last;
  const y = loss => 180 - 168 * (loss - low) / (high - low || 1);
  svg.append(
    drawn("text", {x: 46, y: 16, "text-anchor": "end"}, high.toPrecision(3)),
    drawn("text", {x: 46, y: 184, "text-anchor": "end"}, low.toPrecision(3)),
    drawn("text", {x: 52, y: 201}, "loss over steps"),
    drawn("text", {x: 630, y: 201, "text-anchor": "end"}, String(last)));
  picked.forEach((cell, i) => svg.append(drawn("polyline", {class: "k" + i % 6,
    points: cell.curve.map(point => x(point[0]).toFixed(1) + "," + y(point[1]).toFixed(1)).join(" ")})));
  return svg;
}
function differences(picked) {
  const names = [...new Set(picked.flatMap(cell => Object.keys(cell.settings)))];
  const value = (cell, name) => cell.settings[name] ?? "\u2013";
  const rows = names.filter(name => new Set(picked.map(cell => value(cell, name))).size > 1);
  if (rows.length === 0) return element("p", {className: "soft"}, "Their settings are the same.");
  const head = element("tr", {}, element("th", {}, "setting"),
    ...picked.map(cell => element("th", {}, "cell " + cell.number)));
  return element("table", {id: "differences"}, element("thead", {}, head), element("tbody", {},
    ...rows.map(name => element("tr", {}, element("th", {scope: "row"}, name),
      ...picked.map(cell => element("td", {}, value(cell, name)))))));
}
function figure_of(cell, index) {
  return element("figure", {}, element("img", {src: thumbnail(cell.number), alt: cell.label}),
    element("figcaption", {},
      element("strong", {className: "k" + index % 6}, cell.number + ". " + cell.label),
      element("br"), "score " + written(cell.score, 3) + ", loss " + written(cell.loss, 4) + ", " +
      written(cell.seconds, 1) + " s"));
}
function show_chosen() {
  const picked = [...chosen].sort((a, b) => a - b).map(of_number);
  const section = document.getElementById("compare");
  section.hidden = picked.length === 0;
  document.getElementById("tray").hidden = picked.length === 0;
  document.getElementById("chosen-count").textContent = picked.length + " chosen";
  document.getElementById("comparison").replaceChildren(
    element("div", {id: "chosen-cells"}, ...picked.map(figure_of)),
    ...(picked.length > 0 ? [curves_of(picked)] : []),
    ...(picked.length > 1 ? [element("div", {className: "wide"}, differences(picked))] : []));
  for (const cell of cells) {
    const is_chosen = chosen.has(cell.number);
    const row = document.getElementById("cell-" + cell.number);
    row.classList.toggle("chosen", is_chosen);
    row.querySelector("input").checked = is_chosen;
    const seen = document.querySelector("img[data-cell='" + cell.number + "']");
    if (seen) seen.classList.toggle("chosen", is_chosen);
  }
  remember("pick", picked.map(cell => cell.number).join(","));
}
function toggle(number) {
  if (!chosen.delete(number)) chosen.add(number);
  show_chosen();
}
document.querySelectorAll("#cells input[data-pick]").forEach(box =>
  box.addEventListener("change", () => toggle(Number(box.dataset.pick))));
document.querySelectorAll("img[data-cell]").forEach(image => {
  image.src = thumbnail(image.dataset.cell);
  image.addEventListener("click", () => toggle(Number(image.dataset.cell)));
});
document.getElementById("clear").addEventListener("click", () => { chosen.clear(); show_chosen(); });
document.getElementById("to-comparison").addEventListener("click", () =>
  document.getElementById("compare").scrollIntoView());
show_chosen();
)js";

}  // namespace pincel
