"""The page around a report: one file, no scripts, nothing from elsewhere, light and dark as the reader's system is."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """
:root{color-scheme:light dark;--paper:#fbfbfa;--card:#fff;--ink:#1d2127;--soft:#59616c;--edge:#d9dce1;--grid:#e6e8eb;
--s0:#1f6fb5;--s1:#c05a10;--s2:#23804a;--s3:#8549b5;--s4:#a8324a;--s5:#6b6f00;--better:#1d7040;--worse:#a8324a}
@media (prefers-color-scheme:dark){:root{--paper:#15181c;--card:#1d2126;--ink:#e7e9ec;--soft:#a5adb8;--edge:#363c44;
--grid:#2b3037;--s0:#6db3f2;--s1:#f0a05a;--s2:#66c98f;--s3:#c79bf0;--s4:#f08a9e;--s5:#d0d45c;--better:#66c98f;
--worse:#f08a9e}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.5rem 0 .75rem}
h3{font-size:1rem;margin:1.25rem 0 .5rem}
p{max-width:46rem;margin:.5rem 0;overflow-wrap:anywhere}
.soft{color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(135px,1fr));gap:.75rem;padding:0;margin:1.25rem 0;
list-style:none}
.cards li{background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:.7rem .9rem}
.cards strong{display:block;font-size:1.3rem;white-space:nowrap;line-height:1.3;font-variant-numeric:tabular-nums}
.cards span{display:block;color:var(--soft);font-size:.85rem;line-height:1.35}
.scroll{overflow-x:auto}
table{border-collapse:collapse;background:var(--card);border:1px solid var(--edge);font-size:.9rem;margin:.75rem 0}
caption{text-align:left;color:var(--soft);padding:.35rem 0;max-width:46rem}
th,td{padding:.3rem .75rem;border-top:1px solid var(--edge);text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}
th[scope=row],thead th:first-child{text-align:left;font-weight:400}
th[scope=row]{white-space:normal;overflow-wrap:anywhere;min-width:7rem}
thead th{max-width:16rem;white-space:normal;overflow-wrap:break-word}
table:has(td.text) thead th{text-align:left}
thead th{font-weight:600;border-top:0}
td.text{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:7rem}
tr.group th{font-weight:600;text-align:left;background:var(--grid)}
tr.ours th,tr.ours td{font-weight:600;background:var(--grid)}
td.better{color:var(--better)}td.worse{color:var(--worse)}
.tables{display:flex;flex-wrap:wrap;gap:0 2rem;align-items:flex-start}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:1rem}
figure{margin:0;background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:.75rem}
figcaption{font-weight:600;font-size:.95rem;margin-bottom:.25rem}
svg{display:block;width:100%;height:auto}
.grid{stroke:var(--grid)}.level{stroke:var(--soft)}
.tick,.label,.value{fill:var(--soft);font-size:12px;text-anchor:middle}.tick.end{text-anchor:end}
.label{fill:var(--ink)}.value{fill:var(--ink);font-size:11px}
.line{fill:none;stroke-width:2;stroke:var(--c)}.dot{fill:var(--c);fill-opacity:.65}.bar{fill:var(--c)}
.key{display:inline-block;width:.8em;height:.8em;border-radius:2px;background:var(--c);margin-right:.4em}
.s0{--c:var(--s0)}.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}.s4{--c:var(--s4)}.s5{--c:var(--s5)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:.25rem 0 0;padding:0;font-size:.85rem}
.cases{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:1rem}
.cases img{display:block;width:100%;height:auto;border-radius:4px}
.cases figcaption{font-weight:400;font-size:.85rem;margin:.5rem 0 0;overflow-wrap:anywhere}
@media (max-width:640px){th,td{padding:.3rem .5rem}}
@media print{*{print-color-adjust:exact}body{font-size:11pt;background:none}main{max-width:none;padding:0}
.scroll{overflow:visible}table{font-size:8.5pt}th,td{padding:.15rem .4rem}thead{display:table-header-group}
.plots{grid-template-columns:1fr 1fr}.cases{grid-template-columns:repeat(4,1fr)}
h2,h3,caption{break-after:avoid}figure,tr,dt,.cards li{break-inside:avoid}}
dl{max-width:52rem}dt{font-weight:600;margin-top:.6rem}dd{margin:0;color:var(--soft)}
"""


def page(title: str, body: Iterable[str]) -> str:
    """A whole document; ``body`` is HTML."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{told(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def told(text: str) -> str:
    """Text as HTML: nothing in it is markup, and what does not print or is no text is replaced."""
    return escape("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text))


def heading(text: str) -> str:
    return f"<h2>{told(text)}</h2>"


def paragraph(text: str, *, soft: bool = False) -> str:
    kind = ' class="soft"' if soft else ""
    return f"<p{kind}>{told(text)}</p>"


def table(caption: str, headings: Sequence[str], rows: Iterable[str]) -> str:
    """A table whose rows are made by ``row`` and ``group_row``."""
    head = "".join(f'<th scope="col">{told(text)}</th>' for text in headings)
    body = "".join(rows)
    return (
        f'<div class="scroll" tabindex="0"><table><caption>{told(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def row(name: str, cells: Sequence[str], *, kind: str = "", classes: Sequence[str] = ()) -> str:
    """A row named ``name``; ``classes`` are those of its cells, "" for none."""
    marks = [f' class="{one}"' if one else "" for one in classes] or [""] * len(cells)
    told_cells = "".join(f"<td{mark}>{told(cell)}</td>" for cell, mark in zip(cells, marks, strict=True))
    mark = f' class="{kind}"' if kind else ""
    return f'<tr{mark}><th scope="row">{told(name)}</th>{told_cells}</tr>'


def group_row(name: str, columns: int) -> str:
    """A heading over rows of a table of so many columns."""
    return f'<tr class="group"><th scope="rowgroup" colspan="{columns}">{told(name)}</th></tr>'


def cards(items: Iterable[tuple[str, str]]) -> str:
    """Numbers to see first: (what it says, what it is)."""
    each = "".join(f"<li><strong>{told(number)}</strong><span>{told(text)}</span></li>" for number, text in items)
    return f'<ul class="cards">{each}</ul>'


def picture(jpeg: bytes, size: tuple[int, int], description: str, caption: str) -> str:
    """A picture within the page."""
    data = base64.b64encode(jpeg).decode("ascii")
    return (
        f'<figure><img src="data:image/jpeg;base64,{data}" width="{size[0]}" height="{size[1]}" '
        f'alt="{told(description)}"><figcaption>{told(caption)}</figcaption></figure>'
    )
