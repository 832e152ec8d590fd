"""Runs beside each other as one page: two engines, or one before and after a change, on the photos they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from faceviewer.engines.options import UsageError
from faceviewer.evaluation.columns import Columns
from faceviewer.evaluation.figures import TIME, Figure
from faceviewer.evaluation.report_html import engine_title, setting_sentences
from faceviewer.evaluation.report_page import group_row, heading, page, paragraph, row, table, told
from faceviewer.evaluation.run import Run
from faceviewer.evaluation.run_plots import SHARES, groups_plot, share_plot
from faceviewer.evaluation.summary import Summary, summarise

_CHANGED = 8
"""How many photos that became better, and worse, are named."""
_NO_ERROR = ("recon_scale",)
"""Figures of which neither more nor less is better."""


@dataclass(frozen=True, eq=False)
class Compared:
    """Runs on the photos that all of them measured."""

    photos: int
    names: tuple[str, ...]
    runs: tuple[Run, ...]
    """With the shared photos alone."""
    summaries: tuple[Summary, ...]
    wholes: tuple[Summary, ...]
    """Of the whole runs."""
    others: int
    """How many photos were left out because their file or their truth is another in some run."""


def compare_runs(runs: Mapping[str, Run]) -> Compared:
    """Name -> run. Raises UsageError for fewer than two runs, other data sets, or runs that share no photo."""
    if len(runs) < 2:
        raise UsageError("name at least two runs to compare")
    kinds = {(run.about["dataset"], run.about["angles"]) for run in runs.values()}
    if len(kinds) > 1:
        raise UsageError(f"the runs are of different data sets: {', '.join(sorted(kind for kind, _ in kinds))}")
    measured = [{one.key: (one.stamp[0], one.truth) for one in run.rows if one.status == "ok"} for run in runs.values()]
    by_all = set.intersection(*map(set, measured))
    shared = {key for key in by_all if len({one[key] for one in measured}) == 1}  # bytes tell photos apart
    if not shared:
        same = " with the same truth" if by_all else ""
        raise UsageError(f"the runs share no photo{same} that all of them measured")
    order = {key: number for number, key in enumerate(one.key for one in next(iter(runs.values())).rows)}
    some = tuple(run.only(shared, order) for run in runs.values())
    summaries, wholes = tuple(map(summarise, some)), tuple(map(summarise, runs.values()))
    return Compared(len(shared), tuple(runs), some, summaries, wholes, len(by_all) - len(shared))


def photos_of(compared: Compared) -> str:
    """How many, in words."""
    return _photos(compared.photos)


def left_out_of(compared: Compared) -> str:
    """A sentence on photos that do not count; empty when all do."""
    if not compared.others:
        return ""
    return f"{_photos(compared.others)} did not count: file or annotation changed between the runs."


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"


def compare_html(compared: Compared) -> str:
    """The whole page."""
    about = compared.runs[0].about
    title = f"{' beside '.join(compared.names)} on {about['title']}"
    columns = [run.columns for run in compared.runs]
    return page(title, [
        f"<h1>{told(title)}</h1>",
        paragraph(
            f"The figures count the {photos_of(compared)} that all runs measured. {left_out_of(compared)}", soft=True
        ),
        *_runs(compared),
        heading("Figures"),
        _figures(compared),
        heading("Plots"),
        f'<div class="plots">{"".join(_plots(compared.names, columns))}</div>',
        *_changes(compared, columns),
    ])  # fmt: skip


def _runs(compared: Compared) -> Iterator[str]:
    for name, whole in zip(compared.names, compared.wholes, strict=True):
        yield paragraph(
            f"{name}: {engine_title(whole.about['engine'])}. {' '.join(setting_sentences(whole))}", soft=True
        )


def _figures(compared: Compared) -> str:
    first, *others = compared.summaries
    rows, group = [], ""
    for figure in first.figures:
        theirs = [one.value(figure.id) for one in others]
        if not all(theirs):
            continue
        if figure.group != group:
            group = figure.group
            rows.append(group_row(group, 2 + 2 * len(others)))
        cells, classes = [figure.text], [""]
        for other in theirs:
            assert other is not None
            change = f"{float(other.bare) - float(figure.bare):+.{figure.decimals}f}"  # of what is read, not "0"
            cells += [other.text, change if float(change) else "0"]
            classes += ["", _verdict(figure, other) if float(change) else ""]
        rows.append(row(figure.title, cells, classes=classes))
    headings = ["", compared.names[0]]
    for name in compared.names[1:]:
        headings += [name, "change"]
    caption = "Means over the shared photos unless said otherwise; changes are against the first run, green is better."
    return table(caption, headings, rows)


def _verdict(before: Figure, after: Figure) -> str:
    """How a change is coloured: errors are better when they are nearer to zero."""
    if before.group == TIME or before.id in _NO_ERROR:
        return ""
    return "better" if abs(after.value) < abs(before.value) else "worse"


def _plots(names: Sequence[str], columns: Sequence[Columns]) -> Iterator[str]:
    named = list(zip(names, columns, strict=True))
    for column, title, unit in SHARES:
        if all(np.isfinite(values[column]).any() for values in columns):
            yield share_plot(title, unit, [(name, values[column]) for name, values in named])
    if all(np.isfinite(values["nme"]).any() for values in columns):
        yield groups_plot(named)


def _changes(compared: Compared, columns: Sequence[Columns]) -> Iterator[str]:
    """The photos that changed most from the first to the last run."""
    keys = [one.key for one in compared.runs[0].rows]
    first, last = compared.names[0], compared.names[-1]
    tables = []
    for column, title, unit in SHARES:
        before, after = columns[0][column], columns[-1][column]
        change = after - before
        known = np.flatnonzero(np.isfinite(change) & (change != 0))
        order = known[np.argsort(change[known], kind="stable")]
        if not len(order):
            continue
        chosen = order if len(order) <= 2 * _CHANGED else np.concatenate([order[:_CHANGED], order[-_CHANGED:]])
        rows = [
            row(
                keys[k],
                [f"{before[k]:.4g}", f"{after[k]:.4g}", f"{change[k]:+.3g}"],
                classes=["", "", "better" if change[k] < 0 else "worse"],
            )
            for k in chosen
        ]
        better = int((change[known] < 0).sum())
        caption = (
            f"{title}{f', {unit}' if unit else ''}: {better} photos better, {len(known) - better} worse; those that "
            "changed most."
        )
        tables.append(table(caption, ["photo", first, last, "change"], rows))
    if tables:
        yield heading(f"From {first} to {last}")
        yield f'<div class="tables">{"".join(tables)}</div>'
