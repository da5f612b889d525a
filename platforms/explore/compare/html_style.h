#pragma once

#include <string_view>

namespace doorbell::explore {

/// The style sheet of a comparison's page.
inline constexpr std::string_view html_style = R"(
:root { color-scheme: light dark; --back: #fff; --text: #1c2024; --soft: #60666e; --line: #d9dde2;
  --worse: #b3261e; --better: #1b7a43; --changed: #2f5fa8; --head: #f4f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --back: #16191d; --text: #e6e8ea; --soft: #9aa1a9; --line: #343a41; --worse: #ff8a80;
    --better: #6fd198; --changed: #8ab4f8; --head: #1f2429; }
}
body { background: var(--back); color: var(--text); font: 15px/1.45 system-ui, sans-serif;
  margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
p.headline { border-left: .4rem solid var(--better); padding: .4rem .8rem; font-weight: 600; }
p.headline.outside { border-color: var(--worse); }
p.names, td small { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { background: var(--head); text-align: left; font-weight: 600; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; vertical-align: top; }
th.number, td.number { text-align: right; white-space: nowrap; }
td.name { overflow-wrap: anywhere; } td small { display: block; }
td.worse { color: var(--worse); } td.better { color: var(--better); }
td.changed { color: var(--changed); }
.bar { display: flex; width: 8rem; height: .8rem; margin-top: .3rem;
  background: linear-gradient(var(--line), var(--line)) center / 1px 100% no-repeat; }
.bar span { display: block; height: 100%; background: currentColor;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
@media print {
  :root { --back: #fff; --text: #000; --soft: #444; --line: #bbb; --worse: #b3261e;
    --better: #1b7a43; --changed: #2f5fa8; --head: #eee; }
  body { margin: 0; max-width: none; font-size: 9pt; }
  thead { display: table-header-group; } tr { break-inside: avoid; }
}
)";

}  // namespace doorbell::explore
