/** The style of the page of `compare`: one column on a phone, charts side by side where there is room, light or dark as the system. */
export const compareStyle = `
:root {
  color-scheme: light dark;
  --back: light-dark(#f6f6f4, #121315);
  --surface: light-dark(#ffffff, #1a1c1f);
  --line: light-dark(#e3e3df, #2b2e33);
  --text: light-dark(#1c1e21, #e3e5e8);
  --muted: light-dark(#5b6067, #9ba2ab);
  --bar: light-dark(#5b87bd, #6c99cf);
  --track: light-dark(#eceeea, #26292e);
  --ok: light-dark(#1b6b3a, #6cc592);
  --bad: light-dark(#ad241c, #ff9389);
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 68rem;
  padding: 1.5rem clamp(0.75rem, 3vw, 2rem) 3rem;
  background: var(--back);
  color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums;
  -webkit-text-size-adjust: 100%;
}
h1 { margin: 0 0 0.25rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 0; font-size: 1.05rem; }
p { margin: 0.25rem 0; }
.muted { color: var(--muted); font-size: 0.875rem; overflow-wrap: anywhere; }
.verdict { margin: 1rem 0 0; font-weight: 600; }
.ok { color: var(--ok); }
.bad { color: var(--bad); }
ul { margin: 0.5rem 0 0; padding-left: 1.25rem; overflow-wrap: anywhere; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; }
.summary { margin-top: 1.25rem; overflow-x: auto; }
.charts { columns: 2 24rem; column-gap: 1rem; margin-top: 1rem; }
.charts .card { break-inside: avoid; margin-bottom: 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th { font-weight: 400; text-align: left; }
td { text-align: right; white-space: nowrap; }
.summary th, .summary td { padding: 0.3rem 0.75rem; border-bottom: 1px solid var(--line); }
.summary tr > :first-child { padding-left: 0; }
.summary tr > :last-child { padding-right: 0; }
.summary tbody tr:last-child > * { border-bottom: 0; }
.summary thead th { font-weight: 600; text-align: right; white-space: nowrap; }
.summary thead th:first-child { text-align: left; }
.summary tbody th { color: var(--muted); white-space: nowrap; }
.summary tr > :first-child { position: sticky; left: -1rem; background: var(--surface); }
@media (max-width: 30rem) {
  .summary { font-size: 0.8125rem; }
  .summary th, .summary td { padding: 0.3rem 0.4rem; }
  .summary tbody th { white-space: normal; }
}
.chart { margin-top: 0.75rem; }
.chart th, .chart td { padding: 0.2rem 0; }
.chart .part { padding-top: 0.6rem; color: var(--muted); font-size: 0.875rem; }
.chart .name { width: 1%; padding-right: 0.75rem; white-space: nowrap; }
.chart .value { width: 1%; padding-left: 0.75rem; }
.best { font-weight: 600; }
.bar { display: block; width: 100%; height: 0.75rem; border-radius: 3px; }
.bar .track { fill: var(--track); }
.bar .amount { fill: var(--bar); }
.inexact .bar .amount { fill: var(--bad); }
@media print { body { background: none; } .summary { break-inside: avoid; } }
@media (forced-colors: active) { .bar { border: 1px solid CanvasText; } .bar .track { fill: Canvas; } .bar .amount { fill: CanvasText; } }
`;
