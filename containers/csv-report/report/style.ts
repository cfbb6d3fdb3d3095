/** Colours by the family of a column's type; light and dark by the reader's own setting. */
export const style = `
:root {
  --page: #f4f5f7; --card: #fff; --line: #e1e4ea; --text: #1a1f2b; --quiet: #5a6475; --rest: #e6e9ef; --hover: #0000000a;
  --number: #2563c9; --time: #7a3fc4; --words: #0b7a6f; --flag: #a85d00; --odd: #b3363e; --warn: #a33; --warn-page: #fdf1f0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151b; --card: #1b2029; --line: #2d3441; --text: #e8ebf1; --quiet: #a0a9ba; --rest: #2d3441; --hover: #ffffff0f;
    --number: #74a9ff; --time: #c095ff; --words: #4fcdbd; --flag: #f0b04f; --odd: #ff8d8d; --warn: #ff9c94; --warn-page: #2c1b1d;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0 auto; max-width: 84rem; padding: clamp(1rem, 3vw, 2.5rem); background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums;
}
h1, h2, h3, p, dl, dd { margin: 0; }
h1 { font-size: clamp(1.6rem, 4vw, 2.3rem); line-height: 1.2; letter-spacing: -0.02em; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 0.75rem; }
h3 { font-size: 1rem; line-height: 1.35; overflow-wrap: anywhere; }
.kicker { color: var(--quiet); font-weight: 600; font-size: 0.8rem; letter-spacing: 0.08em; text-transform: uppercase; }
.where, .format, .quiet, footer { color: var(--quiet); }
.where { overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.75rem; margin: 1.25rem 0 0.75rem; }
.tiles > div { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 0.75rem 1rem; }
.tiles dt { color: var(--quiet); font-size: 0.85rem; }
.tiles dd { font-size: 1.5rem; font-weight: 650; letter-spacing: -0.01em; line-height: 1.3; }
.tiles .warn { border-color: var(--warn); }
.tiles .warn dd { color: var(--warn); }
.number { --ink: var(--number); } .time { --ink: var(--time); } .text, .empty { --ink: var(--words); }
.boolean { --ink: var(--flag); } .mixed { --ink: var(--odd); }
.type {
  color: var(--ink); background: color-mix(in srgb, var(--ink) 12%, transparent); border-radius: 99px;
  padding: 0.05rem 0.6rem; font-size: 0.8rem; font-weight: 600; white-space: nowrap;
}
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; }
.overview th, .overview td { padding: 0.4rem 1rem; border-bottom: 1px solid var(--line); }
.overview tbody tr:last-child > * { border-bottom: 0; }
.overview thead th { color: var(--quiet); font-size: 0.8rem; white-space: nowrap; }
.overview tbody th { max-width: 18rem; overflow-wrap: break-word; }
.overview .figure { text-align: right; white-space: nowrap; }
.filled-cell { white-space: nowrap; }
.filled-cell .filled { width: 4.5rem; display: inline-block; vertical-align: middle; margin-right: 0.6rem; }
.filled-cell span { color: var(--quiet); font-size: 0.85rem; }
.clip { display: block; max-width: 22rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--quiet); }
a { color: inherit; text-decoration-color: var(--ink); text-underline-offset: 0.2em; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--number); outline-offset: 2px; border-radius: 4px; }
svg { display: block; }
svg rect { fill: var(--ink); }
svg .rest { fill: var(--rest); }
.spark { width: 6rem; height: 1.4rem; }
.filled { width: 100%; height: 6px; border-radius: 3px; overflow: hidden; }
.cards { columns: 23rem; column-gap: 1rem; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.1rem; display: grid; gap: 0.8rem;
  break-inside: avoid; margin-bottom: 1rem; scroll-margin: 1rem;
}
.card:target { border-color: var(--ink); box-shadow: 0 0 0 1px var(--ink); }
.card header { display: flex; justify-content: space-between; align-items: baseline; gap: 0.75rem; }
.fill { display: grid; gap: 0.35rem; }
.fill p { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; color: var(--quiet); font-size: 0.87rem; }
.chart { width: 100%; height: auto; overflow: visible; }
.chart .tick { fill: var(--quiet); font-size: 11px; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart .axis { stroke: var(--quiet); stroke-width: 1; }
.chart .hover { fill: transparent; }
.chart .bar:hover .hover { fill: var(--hover); }
.chart .median line { stroke: var(--text); stroke-width: 1.2; stroke-dasharray: 3 3; opacity: 0.75; }
.card dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.4rem, 1fr)); gap: 0.55rem 1rem; }
.card dl.ranges { grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); }
.card dt { color: var(--quiet); font-size: 0.8rem; }
.card dd { font-weight: 600; font-size: 0.92rem; overflow-wrap: anywhere; }
.quiet, .kinds { font-size: 0.87rem; }
.values { font-size: 0.87rem; border-collapse: separate; border-spacing: 0 2px; table-layout: fixed; }
.values caption { text-align: left; color: var(--quiet); font-size: 0.8rem; padding-bottom: 0.1rem; }
.values th, .values td { padding: 0.14rem 0; }
.values th { position: relative; font-weight: 400; }
.values th span { position: relative; display: block; padding-left: 0.45rem; overflow: hidden; text-overflow: ellipsis; white-space: pre; }
.values td { text-align: right; white-space: nowrap; width: 4.6rem; }
.values .share { color: var(--quiet); width: 4.2rem; }
.meter { position: absolute; inset: 0; width: 100%; height: 100%; border-radius: 4px; opacity: 0.2; }
.malformed { background: var(--warn-page); border: 1px solid var(--warn); border-radius: 12px; padding: 1rem 1.1rem; margin-top: 1.5rem; }
.malformed h2 { margin: 0 0 0.25rem; color: var(--warn); }
.malformed table { width: auto; margin-top: 0.5rem; }
.malformed th, .malformed td { padding: 0.1rem 1.5rem 0.1rem 0; }
summary { cursor: pointer; margin-top: 0.5rem; }
footer { margin-top: 2.5rem; font-size: 0.85rem; display: grid; gap: 0.25rem; max-width: 60rem; }
.identity { overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  .tiles { grid-template-columns: 1fr 1fr; }
  .tiles > :last-child:nth-child(odd) { grid-column: 1 / -1; }
  .tiles dd { font-size: 1.25rem; }
  .overview th, .overview td { padding: 0.4rem 0.6rem; }
  .overview .wide, .overview .shape { display: none; }
  .filled-cell .filled { display: none; }
}
@media print {
  body { background: none; }
}
`;
