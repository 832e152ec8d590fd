"""Pages, tables and published figures: whole, self-contained, and honest about what they count."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO

import numpy as np
import oracle_engine
import pytest
from oracle_engine import Errors

from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.engines.options import UsageError
from faceviewer.evaluation.bench import Bench
from faceviewer.evaluation.columns import columns_of
from faceviewer.evaluation.outputs import write_run
from faceviewer.evaluation.published import PUBLISHED
from faceviewer.evaluation.report_compare import compare_html, compare_runs
from faceviewer.evaluation.report_html import report_html
from faceviewer.evaluation.report_page import page
from faceviewer.evaluation.report_plots import Labels, Series, bars_plot, curves_plot, scatter_plot, share_below
from faceviewer.evaluation.request import EvaluationRequest
from faceviewer.evaluation.rows import Row
from faceviewer.evaluation.run import read_run
from faceviewer.evaluation.summary import summarise
from faceviewer.evaluation.tables import table_csv
from faceviewer.evaluation.worst import worst_cases
from faceviewer.types import CancelToken, FaceviewerError

VOID = {"meta", "img"}
HOSTILE = "<script>alert(1)</script>&\"'\x00\n/../x"


class Page(HTMLParser):
    """Checks that every element is closed where it must be, and gathers what the page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *one) for one in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *one) for one in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def count(self, tag: str) -> int:
        return self.tags.count(tag)


def check_page(text: str) -> Page:
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>") and text.count("<style>") == 1
    assert "script" not in page.tags and "link" not in page.tags and "http" not in text and "@import" not in text
    assert all(
        name not in ("src", "href") or value.startswith("data:image/jpeg;base64,") for _, name, value in page.attributes
    )
    assert page.count("table") == page.count("caption")
    assert sum(name == "alt" and bool(value) for _, name, value in page.attributes) == page.count("img")
    labelled = sum(tag == "svg" and name == "aria-label" and bool(value) for tag, name, value in page.attributes)
    assert labelled == page.count("svg") == page.count("desc")
    assert "nan" not in re.sub(r"base64,[^\"]*", "", text).lower()
    return page


def told_report(run, cases=()) -> str:
    return report_html(run, summarise(run), list(cases))


@pytest.mark.parametrize("kind", ["arkitface", "300w-lp", "aflw2000", "biwi", "heads"])
def test_a_page_of_every_data_set(lay, measure, oracle, kind):
    _, dataset = lay(kind)
    oracle_engine.ERRORS[0] = Errors(shift_px=2, origin_mm=np.array([3.0, 2, 1]))
    run = measure(dataset)
    cases = worst_cases(run, Bench(dataset, EvaluationRequest(oracle)), 2, lambda step: None, CancelToken())
    page = check_page(told_report(run, cases))
    assert page.count("svg") >= 2 and page.count("img") == len(cases) > 0
    assert "The truth on" in page.text and dataset.title in page.text
    beside = "Published by their authors" in page.text
    assert beside == (kind in PUBLISHED)
    if beside:
        assert f"n={len(run.rows)} of {len(run.rows)}" in page.text and "TRG *" in page.text


def test_a_page_of_nothing_but_trouble(lay, measure):
    made, dataset = lay("aflw2000")
    for path in made.photos.values():
        path.unlink()
    page = check_page(told_report(measure(dataset)))
    assert page.count("svg") == page.count("img") == 0
    for key in made.keys:
        assert page.text.count(str(made.photos[key])) == 1


def test_one_photo_makes_a_page(lay, measure):
    check_page(told_report(measure(lay("heads")[1], limit=1)))


def test_names_are_no_markup(lay, measure):
    run = measure(lay("aflw2000")[1])
    rows = (Row(HOSTILE, "failed", f"{HOSTILE}: \udcff is odd"), *run.rows[1:])
    page = check_page(told_report(replace(run, rows=rows, problems=(HOSTILE,), about={**run.about, "title": HOSTILE})))
    assert "<script>alert(1)</script>" in page.text and "\x00" not in page.text


def test_names_of_runs_are_no_markup_either(lay, measure):
    run = measure(lay("aflw2000")[1])
    text = compare_html(compare_runs({HOSTILE: run, "bad\udcff\x01\u202e": run}))
    check_page(text)
    text.encode("utf-8")
    assert not [char for char in text if not char.isprintable() and char != "\n"]


def test_what_was_asked_is_said(lay, measure):
    _, dataset = lay("heads")
    text = check_page(told_report(measure(dataset))).text
    assert "own search found the faces" in text and "not told the focal length" in text
    text = check_page(told_report(measure(dataset, faces="given", focal="true"))).text
    assert "given the true box" in text and "It was told the focal length" in text
    _, dataset = lay("aflw2000")
    text = check_page(told_report(measure(dataset, focal="true"))).text
    assert "The data set does not tell the focal length" in text and "It was told" not in text


def test_engines_with_a_camera_of_their_own_are_told_nothing(oracle):
    with pytest.raises(UsageError, match="has a camera of its own"):
        EvaluationRequest(replace(oracle, outputs=frozenset({"mesh"})), focal="true")


def test_published_figures_stand_beside_the_part_they_are_of(lay, measure):
    run = measure(lay("arkitface", part="train")[1])
    text = check_page(told_report(replace(run, about={**run.about, "title": "ARKitFace, train"}))).text
    assert "published on ARKitFace, test; this is ARKitFace, train" in text and "TRG *" not in text


def test_worst_cases_come_first(lay, measure, oracle):
    made, dataset = lay("aflw2000", count=4)
    run = measure(dataset)
    rows = [replace(row, nme=0.1 * (k == 2) + 0.01 * k) for k, row in enumerate(run.rows)]
    bench = Bench(dataset, EvaluationRequest(oracle))
    cases = worst_cases(replace(run, rows=tuple(rows)), bench, 2, lambda step: None, CancelToken())
    assert [case.key for case in cases if case.about == "Landmarks"] == [made.keys[2], made.keys[3]]
    assert all(case.jpeg.startswith(b"\xff\xd8") and 0 < max(case.size) <= 420 for case in cases)
    made.photos[made.keys[2]].unlink()  # gone since
    cases = worst_cases(replace(run, rows=tuple(rows)), bench, 2, lambda step: None, CancelToken())
    assert [case.key for case in cases if case.about == "Landmarks"] == [made.keys[3]]


def test_tables(lay, measure, tmp_path):
    made, dataset = lay("aflw2000")
    oracle_engine.BEHAVIOUR[made.keys[1]] = "stubborn"
    run = measure(dataset)
    lines = list(csv.DictReader(StringIO(table_csv(run.rows, run.columns))))
    assert [line["key"] for line in lines] == made.keys
    assert lines[1]["status"] == "failed" and lines[1]["nme"] == "" and "cannot be fitted" in lines[1]["reason"]
    assert float(lines[0]["yaw_true_deg"]) == pytest.approx(float(lines[0]["yaw_pred_deg"]), abs=1e-4)
    assert "tx_true_mm" not in lines[0] and "recon_mean_mm" not in lines[0]
    write_run(tmp_path / "out", run, summarise(run), "page")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["counts"] == {"ok": 2, "no face": 0, "bad annotation": 0, "bad photo": 0, "failed": 1}
    assert summary["figures"]["mae_r"]["photos"] == 2 and summary["about"]["engine"] == "oracle"
    again = read_run(tmp_path / "out")
    assert again.rows == run.rows and again.listed == 3


def test_names_of_photos_are_no_formulas():
    rows = [Row("=1+1", "failed", "@SUM(A1)"), Row("a", "ok", notes=("-2 faces",))]
    lines = list(csv.DictReader(StringIO(table_csv(rows, columns_of(rows, {})))))
    assert [(line["key"], line["reason"], line["notes"]) for line in lines] == [
        ("'=1+1", "'@SUM(A1)", ""), ("a", "", "'-2 faces"),
    ]  # fmt: skip


def test_bins_of_yaw(lay, measure):
    run = measure(lay("aflw2000")[1])
    yaws = (0, 29.9, 30, 59.9, 60, 90, -45, 91)
    rows = tuple(
        replace(run.rows[0], key=str(k), angles_true_deg=(yaw, 0, 0), nme=0.01 * (k + 1)) for k, yaw in enumerate(yaws)
    )
    summary = summarise(replace(run, rows=rows))
    values = {figure.id: figure for figure in summary.figures}
    assert {name: values[f"nme_yaw_{name}"].photos for name in ("0-30", "30-60", "60-90")} == {
        "0-30": 2, "30-60": 3, "60-90": 2
    }  # fmt: skip
    means = [0.015, np.mean([0.03, 0.04, 0.07]), 0.055]
    assert values["nme_balanced"].value == pytest.approx(np.mean(means)) and values["nme_balanced"].photos == 7


def test_published_tables_are_whole():
    """No number slipped: means are those of their three parts (of all but 3DDFA, which was published so)."""
    for table in PUBLISHED.values():
        assert all(len(values) == len(table.columns) for values in table.rows.values())
        for method, values in table.rows.items():
            known = dict(zip(table.columns, values, strict=True))
            for mean, parts in (("MAE_r", ("yaw", "pitch", "roll")), ("MAE_t", ("tx", "ty", "tz"))):
                three = [known.get(part) for part in parts]
                if method != "3DDFA" and known[mean] is not None and all(one is not None for one in three):
                    assert known[mean] == pytest.approx(np.mean(three), abs=0.011)
    assert len(PUBLISHED["arkitface"].rows) == 10 and len(PUBLISHED["biwi"].rows) == 25
    assert PUBLISHED["biwi"].rows["TRG *"] == (3.04, 3.44, 1.78, 2.75, 5.35, 7.83, 6.99, 24.07, 12.97, 29.46)


def test_comparing_runs(lay, measure, tmp_path):
    made, dataset = lay("aflw2000", count=4)
    before = measure(dataset, every=1)
    oracle_engine.ERRORS[0] = Errors(shift_px=2)
    oracle_engine.BEHAVIOUR[made.keys[0]] = "stubborn"
    after = measure(dataset, faces="given")
    compared = compare_runs({"before": before, "after": after})
    assert compared.photos == 3 and all(len(run.rows) == 3 for run in compared.runs)
    page = check_page(compare_html(compared))
    assert "before beside after on AFLW2000-3D" in page.text and "0 photos better, 3 worse" in page.text
    worse = [value for tag, name, value in page.attributes if tag == "td" and name == "class" and value == "worse"]
    assert len(worse) >= 3
    order = {key: number for number, key in enumerate(reversed(made.keys))}
    assert [row.key for row in before.only(set(made.keys[:2]), order).rows] == [made.keys[1], made.keys[0]]


def test_changes_are_those_of_the_figures_that_are_read(lay, measure):
    """2.53° stood beside 2.52° with a change of 0."""
    run = measure(lay("aflw2000", count=3)[1])
    before, after = (
        replace(run, rows=tuple(replace(row, nme=nme) for row in run.rows)) for nme in (0.012344, 0.012356)
    )
    text = check_page(compare_html(compare_runs({"before": before, "after": after}))).text
    assert "0.01230.0124+0.0001" in text


def test_runs_that_cannot_be_compared(lay, measure, tmp_path):
    run = measure(lay("aflw2000")[1])
    with pytest.raises(UsageError, match="at least two"):
        compare_runs({"one": run})
    other = replace(run, about={**run.about, "dataset": "biwi"})
    with pytest.raises(UsageError, match="different data sets: aflw2000, biwi"):
        compare_runs({"one": run, "two": other})
    none = replace(run, rows=tuple(replace(row, status="failed") for row in run.rows))
    with pytest.raises(UsageError, match="share no photo"):
        compare_runs({"one": run, "two": none})
    with pytest.raises(FaceviewerError, match=r"nothing: no run of evaluate engine"):
        read_run(tmp_path / "nothing")
    (tmp_path / "journal.jsonl").write_text("")
    with pytest.raises(FaceviewerError, match="stopped before its end, --resume goes on"):
        read_run(tmp_path)


def test_photos_of_one_name_that_are_other_photos_are_not_compared(lay, measure):
    run = measure(lay("aflw2000")[1])
    first, *others = run.rows
    other = replace(run, rows=(replace(first, stamp=(first.stamp[0] + 1, first.stamp[1])), *others))
    assert compare_runs({"one": run, "two": other}).photos == len(others)
    moved = replace(run, rows=tuple(replace(row, stamp=(row.stamp[0], row.stamp[1] + 5)) for row in run.rows))
    assert compare_runs({"one": run, "two": moved}).photos == len(run.rows), "a copy is the same photo"


def test_photos_whose_truth_has_changed_are_not_compared(lay, measure):
    made, dataset = lay("aflw2000", count=3)
    before = measure(dataset)
    made.annotations[made.keys[0]].write_bytes(made.annotations[made.keys[1]].read_bytes())
    after = measure(oracle_engine.learn(open_dataset(made.root)))
    compared = compare_runs({"before": before, "after": after})
    assert compared.photos == 2 and compared.others == 1
    assert "1 photo did not count: file or annotation changed" in check_page(compare_html(compared)).text
    other = replace(after, rows=tuple(replace(row, truth="another") for row in after.rows))
    with pytest.raises(UsageError, match="share no photo with the same truth"):
        compare_runs({"one": before, "two": other})


def test_only_what_the_page_shows_is_explained(lay, measure):
    text = check_page(told_report(measure(lay("aflw2000")[1]))).text
    assert "MAEV" in text and "3DRecon" not in text and "ADD" not in text and "closest points" not in text
    text = check_page(told_report(measure(lay("heads")[1], limit=1))).text
    assert "without the constant offset" not in text, "one photo has none"


def test_long_names_wrap_and_the_page_prints():
    for rule in ("th[scope=row]{white-space:normal;overflow-wrap:anywhere", "@media print", "break-inside:avoid"):
        assert rule in page("title", [])


def test_dots_are_not_cut_at_the_edge():
    values = np.array([-30.0, 0.0, 10.0])
    plot = scatter_plot(Labels("a", "b", "x", "y"), [Series("", values, values)])
    for axis, low, high in (("cx", 56, 466), ("cy", 12, 254)):
        places = [float(place) for place in re.findall(rf'{axis}="([0-9.]+)"', plot)]
        assert low + 4 < min(places) and max(places) < high - 4


def test_plots_of_odd_numbers():
    labels = Labels("t", "d.", "x", "y")
    empty, flat = np.zeros(0), np.full(3, 5.0)
    for svg in (
        curves_plot(labels, [Series("a", empty, empty)]),
        scatter_plot(labels, [Series("a", flat, flat), Series("b", flat, -flat)]),
        scatter_plot(labels, [Series("a", np.arange(9000.0), np.arange(9000.0))]),
        bars_plot(labels, ["a", "b"], [("one", [1.0, np.nan]), ("two", [-1.0, 0.0])], "{:.1f}"),
        bars_plot(labels, ["a"], [("", [np.nan])], "{:.1f}"),
    ):
        Page(svg)
        assert "nan" not in svg and "inf" not in svg and svg.count("<circle") <= 2000
    share = share_below("a", np.array([1.0, 3, np.nan]), 4.0)
    assert share.y[0] == 0 and share.y[-1] == 100 and share.y[np.searchsorted(share.x, 2)] == 50
