// SPDX-License-Identifier: MIT
#pragma once

namespace pincel {

// What every page of web_page() looks like, and how its tables sort and filter.
inline constexpr char kWebPageStyle[] = R"css(
:root {
  color-scheme: light dark;
  --ink: #1c1f24; --soft: #59616d; --paper: #fbfbfa; --card: #ffffff; --line: #dcdfe4;
  --mark: #0b5cad; --wash: #e6f0fa; --bar: #4a90d9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8eaed; --soft: #a3abb7; --paper: #15171b; --card: #1e2127; --line: #363b44;
    --mark: #7db8f2; --wash: #1d3349; --bar: #3f7fbf;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.2rem 1.4rem 3rem; max-width: 84rem; background: var(--paper);
  color: var(--ink); font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.5rem; margin: 0 0 .3rem; }
h2 { font-size: 1.12rem; margin: 2rem 0 .5rem; }
p { margin: .4rem 0; max-width: 62rem; }
a { color: var(--mark); }
small, .soft { color: var(--soft); }
img { display: block; max-width: 100%; height: auto; border-radius: 3px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; background: var(--card); font-size: .93rem; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: middle; }
th { background: var(--wash); font-weight: 600; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
th[aria-sort=ascending] button::after { content: " \2191"; }
th[aria-sort=descending] button::after { content: " \2193"; }
tr[hidden] { display: none; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .5rem 0; }
.tools output { color: var(--soft); }
input, select, button.plain {
  font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
  border-radius: 4px; padding: .15rem .4rem;
}
button.plain { cursor: pointer; }
code, pre { font: .88rem/1.4 ui-monospace, "DejaVu Sans Mono", monospace; }
)css";

inline constexpr char kWebPageScript[] = R"js("use strict";
const page_data = (() => {
  const block = document.getElementById("page-data");
  return block ? JSON.parse(block.textContent) : null;
})();
const address = new URLSearchParams(location.hash.slice(1));
function remember(name, value) {
  if (value) address.set(name, value); else address.delete(name);
  try { history.replaceState(null, "", "#" + address); } catch (refused) { /* stays as it is */ }
}
function make_sorted(table) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows];
  const tools = document.getElementById(table.id + "-tools");
  const search = tools.querySelector("input");
  const lists = [...tools.querySelectorAll("select")];
  const value = (row, column) => row.cells[column].dataset.value;
  const order = (a, b) => {
    const x = Number(a), y = Number(b);
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b, "en", {numeric: true}) : x - y;
  };
  function sort(column, is_down) {
    heads.forEach((head, i) => {
      if (head.dataset.key) {
        head.setAttribute("aria-sort", i !== column ? "none" : is_down ? "descending" : "ascending");
      }
    });
    rows.sort((r, s) => {
      const a = value(r, column), b = value(s, column);
      if (a === "" || b === "") return (a === "") - (b === "");
      return is_down ? order(b, a) : order(a, b);
    });
    body.append(...rows);
    remember(table.id + ".sort", (is_down ? "-" : "") + heads[column].dataset.key);
  }
  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = [...row.cells].map(cell => cell.dataset.value).join(" ").toLowerCase();
      const fits = words.every(word => text.includes(word)) &&
        lists.every(list => !list.value || value(row, Number(list.dataset.column)) === list.value);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    tools.querySelector("output").textContent = shown + " of " + rows.length;
    remember(table.id + ".filter", search.value);
    for (const list of lists) {
      remember(table.id + "." + heads[Number(list.dataset.column)].dataset.key, list.value);
    }
  }
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const state = head.getAttribute("aria-sort");
      sort(column, state === "none" ? head.classList.contains("number") : state === "ascending");
    });
  });
  search.addEventListener("input", filter);
  for (const list of lists) list.addEventListener("change", filter);
  const wished = address.get(table.id + ".sort") || "";
  const column = heads.findIndex(head => head.dataset.key &&
    head.dataset.key === wished.replace(/^-/, ""));
  search.value = address.get(table.id + ".filter") || "";
  for (const list of lists) {
    list.value = address.get(table.id + "." + heads[Number(list.dataset.column)].dataset.key) || "";
  }
  if (column >= 0) sort(column, wished.startsWith("-"));
  if (search.value || lists.some(list => list.value)) filter();
}
document.querySelectorAll("table.sorted").forEach(make_sorted);
)js";

}  // namespace pincel
