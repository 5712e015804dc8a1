"""What the examination's page adds to the data card's style."""

STYLE = """
table + p, .scroll + p { margin-top: 14px; }
th { text-align: left; font-weight: 600; color: var(--quiet); font-size: 13px;
  padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
.scroll { overflow-x: auto; } .scroll table { min-width: 640px; }
td.number, th.number { text-align: right !important; font-variant-numeric: tabular-nums;
  padding-left: 14px; white-space: nowrap; }
td.number small { display: block; font-size: 11.5px; line-height: 1.3; }
td.range { position: relative; width: 46%; } td.range i { display: block; height: 12px;
  border-radius: 3px; background: var(--soft); }
td.range u { position: absolute; top: 50%; height: 2px; background: var(--accent); }
tr.last td { font-weight: 600; } tr.absent td { color: var(--quiet); }
.verdict { font-weight: 600; } .pass { color: var(--ok); } .fail { color: var(--warn); }
svg.curve { max-width: 420px; margin: 0 auto; }
svg.curve .ideal { stroke: var(--quiet); stroke-dasharray: 4 4; }
svg.curve polyline { fill: none; stroke: var(--accent); stroke-width: 2; }
svg.curve circle { fill: var(--accent); } svg.curve .whisker { stroke: var(--accent); opacity: .5; }
svg.curve .count { text-anchor: middle; } svg.curve .tick { text-anchor: end;
  dominant-baseline: middle; }
.note { border-left: 3px solid var(--warn); padding: 4px 0 4px 14px; }
.small figure img { image-rendering: auto; } .small figure .frame { aspect-ratio: 1; }
.small figcaption p { -webkit-line-clamp: 5; }
"""
