"""A run as one page: figures, plots, published figures beside ours, worst cases, problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from faceviewer.engines.registry import engine_ids, engine_spec
from faceviewer.evaluation.figures import MOVED_PREFIX
from faceviewer.evaluation.published import PUBLISHED, SOURCE
from faceviewer.evaluation.report_page import (
    cards,
    group_row,
    heading,
    page,
    paragraph,
    picture,
    row,
    table,
    told,
)
from faceviewer.evaluation.rows import Row
from faceviewer.evaluation.run import Run
from faceviewer.evaluation.run_plots import run_plots
from faceviewer.evaluation.summary import Summary
from faceviewer.evaluation.worst import KINDS, WorstCase

_MAX_PROBLEMS = 200
_IN_BINS = {
    "yaw_mae": "yaw", "pitch_mae": "pitch", "roll_mae": "roll", "mae_r": "MAE_r", "geodesic": "geodesic",
    "moved_geodesic": "geodesic without offset", "nme": "NME", "recon_mean": "shape", "add": "ADD",
}  # fmt: skip
_CARDS = {
    "mae_r": "head pose, mean of three angles", "geodesic": "head pose, geodesic error", "nme": "68 landmarks, NME",
    "recon_mean": "true face to predicted surface", "mae_t": "place, mean of three axes",
    "seconds_median": "per photo, median",
}  # fmt: skip
"""Id of a figure -> what stands over its column, or under it."""
_METHODS = (
    ("Angles", "mae_r", "Yaw, pitch and roll as this data set counts them; errors are prediction minus truth and not "
     "wrapped at half a turn."),
    ("Geodesic error", "geodesic", "The angle of the turn from the predicted to the true rotation. “As published (GE)” "
     "has the floor of the published program: 0.028° for equal rotations."),
    ("MAEV", "row_angle", "Mean angle between each row of the predicted rotation matrix and the same row of the true "
     "one."),
    ("Without the constant offset", "moved_geodesic", "Engines and data sets have head frames of their own. Here the "
     "mean turn between the two, and the distance of their origins in the head, are taken out. It tells how steady an "
     "engine is, not how right: an error that is the same in all photos goes with the offset."),
    ("NME", "nme", "Mean distance of the 68 landmarks over the square root of the area of the true ones' box."),
    ("True face to predicted surface", "recon_mean", "The predicted mesh is laid on the true one by landmarks 17 to 59 "
     "and then by closest points, turned, shifted and scaled; told are the distances of the true vertices within 85 mm "
     "of the nose tip that are seen from the front."),
    ("ADD", "add", "Mean distance of the true head's vertices under the predicted and the true pose. It means "
     "something only where the engine has the data set's head origin; see the figures without the offset."),
    ("3DRecon", "vertex_error_mean", "Mean distance of corresponding vertices in the head frame, not aligned; only for "
     "meshes of the same vertices."),
)  # fmt: skip
"""Name, the figure without which it says nothing, and what it is."""


def report_html(run: Run, summary: Summary, cases: Sequence[WorstCase]) -> str:
    """The whole page."""
    about = summary.about
    title = f"{engine_title(about['engine'])} on {about['title']}"
    return page(title, [
        f"<h1>{told(title)}</h1>",
        *(paragraph(text, soft=True) for text in setting_sentences(summary)),
        cards(_cards(summary)),
        heading("Figures"),
        _figures_table(summary),
        _bins_table(summary),
        *_published(summary),
        heading("Plots"),
        f'<div class="plots">{"".join(run_plots(run.columns))}</div>',
        *_worst(cases),
        *_problems(run.rows, summary),
        heading("How it is measured"),
        f"<dl>{''.join(f'<dt>{told(name)}</dt><dd>{told(text)}</dd>' for name, text in _methods(summary))}</dl>",
    ])  # fmt: skip


def _methods(summary: Summary) -> Iterator[tuple[str, str]]:
    """Those of the figures that the page has."""
    return ((name, text) for name, figure, text in _METHODS if summary.value(figure))


def engine_title(engine_id: str) -> str:
    """How people call it; the id of one that is not known here."""
    return engine_spec(engine_id).title if engine_id in engine_ids() else engine_id


def setting_sentences(summary: Summary) -> list[str]:
    """What was asked for, and what that means for the figures."""
    about = summary.about
    counts = ", ".join(f"{number} {status}" for status, number in summary.counts.items() if number)
    sentences = [f"{summary.photos} of {summary.listed} photos of the list: {counts}."]
    sentences.append(
        "The engine's own search found the faces."
        if about["faces"] == "found"
        else "The engine was given the true box."
    )
    sentences.append(_focal_sentence(summary))
    chosen = ", ".join(f"{name} {value}" for name, value in about["choices"].items())
    sentences.append(f"Options: {chosen}." if chosen else "Options: none but the defaults.")
    if summary.offset_deg is not None:
        place = "" if summary.offset_mm is None else f" and {np.linalg.norm(summary.offset_mm):.1f} mm away"
        how = ""
        if summary.offset_from_meshes is not None:
            how = ", by landmarks on both meshes" if summary.offset_from_meshes else ", by the poses"
        sentences.append(
            f"The engine's head frame is turned by {summary.offset_deg:.2f}° from the data set's{place}{how}."
        )
    if summary.left_out:
        sentences.append(f"As in the published program, the last {summary.left_out} photos are left out.")
    if summary.turns_past_180:
        sentences.append(f"In {summary.turns_past_180} photos an angle is off by more than half a turn.")
    return [" ".join(sentences), f"Measured with faceviewer {about['version']}."]


def _focal_sentence(summary: Summary) -> str:
    """What the engine knew of the camera."""
    told, measured = summary.focal_told, summary.counts["ok"]
    if told and told == measured:
        return "It was told the focal length of the camera."
    own = "its own assumption decides how far heads are away"
    if told:
        return f"In {told} of {measured} photos it was told the focal length of the camera; in the others {own}."
    unknown = "The data set does not tell the focal length of the camera" if summary.about["focal"] == "true" else ""
    return f"{unknown or 'It was not told the focal length of the camera'}: {own}."


def _cards(summary: Summary) -> Iterator[tuple[str, str]]:
    if summary.detection_rate is not None:
        yield f"{summary.detection_rate:.1%}", "faces found"
    for name, title in _CARDS.items():
        if (figure := summary.value(name)) is not None:
            yield figure.text, title


def _figures_table(summary: Summary) -> str:
    rows, group = [], ""
    offset = any(figure.id.startswith(MOVED_PREFIX) for figure in summary.figures)
    headings = ["", "value", *["without the constant offset"] * offset, "n"]
    for figure in summary.figures:
        if figure.id.startswith(MOVED_PREFIX):
            continue
        if figure.group != group:
            group = figure.group
            rows.append(group_row(group, len(headings)))
        moved = summary.value(MOVED_PREFIX + figure.id)
        also = [moved.text if moved else ""] * offset
        rows.append(row(figure.title, [figure.text, *also, str(figure.photos)]))
    caption = "Means over photos unless said otherwise; n is how many photos tell a figure."
    return table(caption, headings, rows)


def _bins_table(summary: Summary) -> str:
    if not summary.yaw_bins:
        return ""
    ids = {name: title for name, title in _IN_BINS.items() if summary.value(name)}
    rows = []
    for name, figures in summary.yaw_bins.items():
        values = {figure.id: figure for figure in figures}
        photos = max(figure.photos for figure in figures)
        rows.append(row(f"{name}°", [str(photos), *(values[one].bare if one in values else "" for one in ids)]))
    caption = "By the absolute true yaw of the head; degrees and millimetres, angles as mean absolute errors."
    return table(caption, ["yaw", "n", *ids.values()], rows)


def _published(summary: Summary) -> Iterator[str]:
    known = PUBLISHED.get(summary.about["dataset"])
    if known is None:
        return
    yield heading("Beside published figures")
    if summary.about["title"] != known.measured_on:
        yield paragraph(f"Figures were published on {known.measured_on}; this is {summary.about['title']}.")
        return
    rows = [row(name, ["" if one is None else f"{one:.2f}" for one in values]) for name, values in known.rows.items()]
    ours = [summary.value(name) for name in known.columns.values()]
    rows.append(
        row(
            f"{engine_title(summary.about['engine'])}, measured here",
            ["" if one is None else one.bare for one in ours],
            kind="ours",
        )
    )
    photos = max((one.photos for one in ours if one), default=0)
    batches = "so was done here" if summary.left_out else "here all count"
    caption = (
        f"{known.title}. Published by their authors, gathered in: {SOURCE}. A star: trained on several data sets; a "
        f"dagger: trained again for that table. The last row was measured here, n={photos} of {summary.listed}. "
        f"The published program leaves out what does not fill its last batch of 64; {batches}."
    )
    yield table(caption, ["method", *known.columns], rows)


def _worst(cases: Sequence[WorstCase]) -> Iterator[str]:
    if not cases:
        return
    yield heading("Worst cases")
    yield paragraph(
        "The truth is blue, the prediction orange: the 68 landmarks, and two axes of the head from the middle of the "
        "face, upwards and, longer and thicker, forwards.",
        soft=True,
    )
    for _, about, _ in KINDS:
        some = [case for case in cases if case.about == about]
        if some:
            pictures = "".join(
                picture(
                    case.jpeg, case.size, f"{case.key}: truth and prediction, {case.value}", f"{case.key}: {case.value}"
                )
                for case in some
            )
            yield f'<h3>{told(about)}</h3><div class="cases">{pictures}</div>'


def _problems(rows: Sequence[Row], summary: Summary) -> Iterator[str]:
    troubled = [one for one in rows if one.status != "ok" or one.notes]
    if not troubled and not summary.problems:
        return
    yield heading("Problems")
    for sentence in summary.problems:
        yield paragraph(sentence)
    if troubled:
        shown = [
            row(one.key, [_what(one), one.reason or " ".join(one.notes)], classes=["text", "text"])
            for one in troubled[:_MAX_PROBLEMS]
        ]
        more = len(troubled) - len(shown)
        caption = (
            f"Photos without figures, or with notes, each once{f'; {more} more are in table.csv' if more else ''}."
        )
        yield table(caption, ["photo", "what", "why"], shown)


def _what(row: Row) -> str:
    return "note" if row.status == "ok" else row.status
