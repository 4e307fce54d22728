"""The report's style sheet: one column, for 1280 pixels and for paper, light or dark; figures stay white."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --lead: #323f4b; --muted: #52606d; --line: #d9dee3;
  --rule: #8a96a3; --accent: #0b5a8f; --paper: #fff; --hover: #f5f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --lead: #cfd5da; --muted: #a3adb7; --line: #39424b; --rule: #66727f;
    --accent: #74b9e6; --paper: #14181d; --hover: #1d232a; }
  figure img { background: #fff; padding: 10px; border-radius: 6px; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans",
    "Liberation Sans", Arial, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 56px 32px 72px; }
h1 { font-size: 2.1rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 0.5em; text-wrap: balance; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 0.6em; text-wrap: balance; }
p { max-width: 46rem; margin: 0 0 1em; overflow-wrap: anywhere; }
.lead { font-size: 1.16rem; line-height: 1.55; color: var(--lead); }
.facts { display: flex; flex-wrap: wrap; gap: 20px 48px; margin: 32px 0 8px; padding: 20px 0;
  border: solid var(--line); border-width: 1px 0; }
.facts div { display: flex; flex-direction: column-reverse; justify-content: flex-end; max-width: 16rem; }
.facts dt { color: var(--muted); font-size: 0.9rem; line-height: 1.35; }
.facts dd { margin: 0; font-size: 1.75rem; line-height: 1.3; font-weight: 650;
  font-variant-numeric: tabular-nums; }
nav { margin: 24px 0 0; }
nav ol { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 0; padding: 0; }
a { color: var(--accent); text-underline-offset: 3px; text-decoration-thickness: 1px; }
section { margin-top: 56px; padding-top: 28px; border-top: 1px solid var(--line); }
figure { margin: 24px 0 32px; }
figure img, figure video { display: block; max-width: 100%; height: auto; }
figure video { width: min(100%, 760px); background: #f1f3f5; border-radius: 4px; }
figcaption { max-width: 46rem; margin-top: 10px; color: var(--muted); font-size: 0.94rem; line-height: 1.5; }
figcaption b { color: var(--ink); font-weight: 600; }
.scroll { overflow-x: auto; margin: 20px 0 28px; }
table { border-collapse: collapse; font-size: 0.97rem; line-height: 1.4;
  font-variant-numeric: tabular-nums; }
th, td { padding: 8px 10px 8px 0; text-align: left; vertical-align: baseline;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--muted); vertical-align: bottom; border-bottom: 1.5px solid var(--rule); }
td + td, th + th { padding-left: 10px; }
.number { text-align: right; white-space: nowrap; }
th.number { white-space: normal; }
tbody tr:hover { background: var(--hover); }
footer { margin-top: 64px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--muted);
  font-size: 0.9rem; }
@media (max-width: 640px) {
  main { padding: 28px 18px 48px; }
  body { font-size: 16px; }
  h1 { font-size: 1.6rem; }
}
@media print {
  :root { color-scheme: light; --ink: #1f2933; --lead: #323f4b; --muted: #52606d; --line: #d9dee3;
    --rule: #8a96a3; --accent: #0b5a8f; --paper: #fff; }
  @page { margin: 16mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  nav, figure.film { display: none; }
  section { margin-top: 24pt; padding-top: 12pt; }
  h2 { break-after: avoid; }
  figcaption { break-before: avoid; }
  figure, tr, .facts { break-inside: avoid; }
  figure img { max-height: 190mm; object-fit: contain; }
  .scroll { overflow: visible; }
  th, td { padding: 5px 9px 5px 0; }
  td + td, th + th { padding-left: 9px; }
  a { color: inherit; text-decoration: none; }
}
"""
