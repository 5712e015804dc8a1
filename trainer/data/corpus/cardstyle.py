"""The look of the data card: one style sheet, no font, script or picture from elsewhere."""

STYLE = """
:root { --ink: #16202b; --quiet: #5d6b7a; --line: #e2e8ee; --paper: #fff; --ground: #f3f6f9;
  --accent: #0f6b78; --soft: #d7ecee; --warn: #b4532a; --warn-soft: #f7e6dc; --ok: #2e7d4f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ecf2; --quiet: #93a3b3; --line: #2a3642;
  --paper: #17202a; --ground: #0e151c; --accent: #4fb8c6; --soft: #1c3d44; --warn: #e0895d;
  --warn-soft: #43291c; --ok: #6cc592; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.6;
  font: 15px/1.6 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
  system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 40px 24px 64px; }
header { margin-bottom: 28px; }
h1 { font-size: 28px; font-weight: 650; margin: 0 0 4px; letter-spacing: .01em; }
h2 { font-size: 17px; font-weight: 650; margin: 0 0 14px; }
h3 { font-size: 14px; font-weight: 600; margin: 22px 0 10px; color: var(--quiet); }
h2 + h3 { margin-top: 0; }
p { margin: 0 0 10px; } .quiet { color: var(--quiet); } small { color: var(--quiet); }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 14px;
  padding: 22px 24px; margin-bottom: 18px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1px;
  background: var(--line); padding: 0; overflow: hidden; }
.figures div { background: var(--paper); padding: 18px 20px; }
.figures b { display: block; font-size: 26px; font-weight: 650; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.figures span { color: var(--quiet); font-size: 13px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 18px; }
.pair section { margin-bottom: 0; } .pair { margin-bottom: 18px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
td { padding: 6px 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
tr:last-child td { border-bottom: 0; }
td.name { white-space: nowrap; padding-right: 14px; }
td.bar { width: 50%; } td.bar i { display: block; height: 10px; border-radius: 5px; min-width: 2px;
  background: var(--accent); }
.left td.bar i { background: var(--warn); }
td.count { text-align: right; font-variant-numeric: tabular-nums; padding-left: 14px;
  white-space: nowrap; }
td.share { text-align: right; color: var(--quiet); font-variant-numeric: tabular-nums;
  padding-left: 10px; width: 4.5em; }
code { font: 12.5px ui-monospace, Consolas, monospace; color: var(--quiet); }
.flow { display: flex; height: 34px; border-radius: 8px; overflow: hidden; margin-bottom: 8px;
  background: var(--warn-soft); }
.flow i { display: block; height: 100%; }
.train { background: var(--accent); } .validation { background: #3a9aa8; }
.test { background: #7fc3cc; } .out { background: var(--warn-soft); }
.key { display: flex; flex-wrap: wrap; gap: 6px 20px; font-size: 13px; color: var(--quiet); }
.key i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
.seal { display: inline-block; padding: 2px 10px; border-radius: 999px; font-size: 13px;
  font-weight: 600; color: var(--ok); border: 1px solid currentColor; }
.flaw { color: var(--warn); }
svg { width: 100%; height: auto; display: block; }
svg rect { fill: var(--accent); } svg text { fill: var(--quiet); font-size: 11px; }
svg line { stroke: var(--line); }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(236px, 1fr)); gap: 16px; }
.small { grid-template-columns: repeat(auto-fill, minmax(168px, 1fr)); gap: 12px; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 10px; overflow: hidden;
  background: var(--paper); display: flex; flex-direction: column; }
figure .frame { background: #000; display: flex; align-items: center; justify-content: center;
  aspect-ratio: 4 / 3; }
figure img { max-width: 100%; max-height: 100%; object-fit: contain; width: 100%; height: 100%; }
figcaption { padding: 10px 12px 12px; font-size: 12.5px; line-height: 1.5; }
figcaption b { display: block; font-size: 12px; color: var(--accent); font-weight: 600;
  margin-bottom: 4px; }
.left figcaption b { color: var(--warn); }
figcaption p { margin: 0; display: -webkit-box; -webkit-line-clamp: 7; -webkit-box-orient: vertical;
  overflow: hidden; overflow-wrap: anywhere; }
.small figcaption p { -webkit-line-clamp: 4; color: var(--quiet); }
footer { color: var(--quiet); font-size: 13px; padding: 6px 4px; }
@media print { body { background: #fff; } section { break-inside: avoid; } }
"""
