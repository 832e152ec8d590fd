"""Runs that are cancelled, killed or asked for again."""

from __future__ import annotations

import json
import os

import oracle_engine
import pytest
from cancel_at import CancelAt

from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.engines.options import UsageError
from faceviewer.evaluation.outputs import write_run
from faceviewer.evaluation.report_html import report_html
from faceviewer.evaluation.rows import Row
from faceviewer.evaluation.run import read_run
from faceviewer.evaluation.summary import summarise
from faceviewer.evaluation.tables import JOURNAL, REPORT, SUMMARY, TABLE, TABLE_CSV
from faceviewer.types import Cancelled, FaceviewerError


def done() -> list[str]:
    return [stem for stem, _ in oracle_engine.ASKED]


@pytest.fixture
def small(lay):
    """A data set of five photos with bytes of their own."""
    from head_pose_factory import portrait

    return lay("aflw2000", count=5, photo=lambda number: portrait(number) + b"%d" % number)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def finish(run, out) -> None:
    write_run(out, run, summarise(run), report_html(run, summarise(run), []))


def test_a_cancelled_run_leaves_its_journal_and_goes_on(small, measure, out):
    made, dataset = small
    with pytest.raises(Cancelled):
        measure(dataset, cancel=CancelAt(6))  # two checks per photo
    assert [path.name for path in out.iterdir()] == [JOURNAL] and done() == made.keys[:2]
    oracle_engine.ASKED.clear()
    told = []
    run = measure(dataset, resume=True, told=told)
    assert done() == made.keys[2:]
    assert [row.key for row in told] == [row.key for row in run.rows] == made.keys
    finish(run, out)
    assert {path.name for path in out.iterdir()} == {TABLE, TABLE_CSV, SUMMARY, REPORT}


def test_the_whole_and_the_resumed_run_are_equal(small, measure, out):
    _, dataset = small
    whole = measure(dataset)
    with pytest.raises(Cancelled):
        measure(dataset, cancel=CancelAt(5))
    resumed = measure(dataset, resume=True)

    def told(run):
        return [(one.id, one.value, one.photos) for one in summarise(run).figures if one.group != "Time"]

    assert told(whole) == told(resumed)


def test_without_resume_all_is_done_again(small, measure):
    made, dataset = small
    measure(dataset)
    measure(dataset)
    assert done() == 2 * made.keys


def test_a_finished_run_goes_on_with_its_table(small, measure, out):
    made, dataset = small
    finish(measure(dataset, limit=2), out)
    oracle_engine.ASKED.clear()
    finish(measure(dataset, resume=True), out)
    assert done() == made.keys[2:]
    oracle_engine.ASKED.clear()
    assert len(measure(dataset, resume=True).rows) == 5 and not done()


def test_changed_and_failed_photos_are_measured_again(small, measure, out):
    made, dataset = small
    oracle_engine.BEHAVIOUR[made.keys[3]] = "stubborn"
    finish(measure(dataset), out)
    oracle_engine.ASKED.clear()
    oracle_engine.BEHAVIOUR.clear()
    os.utime(made.photos[made.keys[1]], ns=(1, 1))
    run = measure(dataset, resume=True)
    assert done() == [made.keys[1], made.keys[3]] and summarise(run).counts["ok"] == 5


def test_a_killed_writer_costs_one_line(small, measure, out):
    """The last line was cut in the middle: what stands before it is kept."""
    made, dataset = small
    measure(dataset)
    text = (out / JOURNAL).read_text("utf-8").splitlines(keepends=True)
    assert len(text) == 6
    (out / JOURNAL).write_text("".join(text[:4]) + text[4][:40], "utf-8")
    oracle_engine.ASKED.clear()
    measure(dataset, resume=True)
    assert done() == made.keys[3:]


@pytest.mark.parametrize("asked", [{"faces": "given"}, {"focal": "true"}])
def test_other_settings_are_refused(small, measure, out, asked):
    _, dataset = small
    measure(dataset)
    with pytest.raises(UsageError, match="asked for something else"):
        measure(dataset, resume=True, **asked)
    finish(measure(dataset), out)
    with pytest.raises(UsageError, match="asked for something else"):
        measure(dataset, resume=True, **asked)
    assert (out / TABLE).exists()
    measure(dataset, **asked)  # anew is always possible


@pytest.mark.parametrize(("asked", "lost"), [({"limit": 2}, 3), ({"every": 2}, 2), ({"every": 2, "limit": 2}, 3)])
def test_fewer_photos_lose_no_rows(small, measure, out, asked, lost):
    _, dataset = small
    finish(measure(dataset), out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    oracle_engine.ASKED.clear()
    with pytest.raises(UsageError) as refused:
        measure(dataset, resume=True, **asked)
    assert str(refused.value) == (
        f"{out}: --resume with fewer photos would lose {lost} of the 5 rows that lie there; "
        "choose another folder, or leave out --resume to begin anew"
    )
    assert not done() and {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert len(measure(dataset, **asked).rows) == 5 - lost  # anew is always possible


def test_fewer_photos_lose_no_rows_of_a_stopped_run(small, measure, out):
    _, dataset = small
    with pytest.raises(Cancelled):
        measure(dataset, cancel=CancelAt(9))
    before = (out / JOURNAL).read_bytes()
    with pytest.raises(UsageError, match="would lose 1 of the 4 rows"):
        measure(dataset, resume=True, limit=3)
    assert (out / JOURNAL).read_bytes() == before
    assert len(measure(dataset, resume=True, limit=4).rows) == 4


def test_rows_of_photos_that_are_gone_from_the_list_are_let_go(small, measure, out):
    made, dataset = small
    finish(measure(dataset), out)
    made.photos[made.keys[4]].unlink()
    made.annotations[made.keys[4]].unlink()
    dataset = open_dataset(made.root)
    assert len(dataset.keys) == 4
    assert [row.key for row in measure(dataset, resume=True).rows] == made.keys[:4]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "no json", '{"schema": "faceviewer.evaluation/1"}', "[" * 100000,
     '{"schema": "faceviewer.evaluation/1", "about": {"angles": "yxz"}, "listed": 1, "rows": [{"key": 1}]}'],
)  # fmt: skip
def test_a_foreign_table_is_refused(small, measure, out, text):
    out.mkdir()
    (out / TABLE).write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"table\.json: not the table of an evaluation"):
        measure(small[1], resume=True)


def test_rows_of_the_journal_that_are_none_are_passed_over(small, measure, out):
    made, dataset = small
    measure(dataset)
    first, *lines = (out / JOURNAL).read_text("utf-8").splitlines()
    row = json.loads(lines[1])
    strange = [{**row, "nme": "x"}, {**row, "R_true": [1, 2]}, {**row, "status": "fine"}, {**row, "more": 1}, 7, []]
    (out / JOURNAL).write_text("\n".join([first, lines[0], *map(json.dumps, strange)]) + "\n", "utf-8")
    oracle_engine.ASKED.clear()
    measure(dataset, resume=True)
    assert done() == made.keys[1:]


def test_what_was_begun_anew_goes_on_without_the_old_table(small, measure, out):
    """The table is of the run before, in whose place another was begun: none of its rows may be taken."""
    made, dataset = small
    oracle_engine.ERRORS[0] = oracle_engine.Errors(shift_px=5)
    finish(measure(dataset), out)
    oracle_engine.ERRORS[0] = oracle_engine.Errors()
    with pytest.raises(Cancelled):
        measure(dataset, cancel=CancelAt(6))  # two checks per photo
    oracle_engine.ASKED.clear()
    run = measure(dataset, resume=True)
    assert done() == made.keys[2:] and max(row.nme for row in run.rows) < 1e-6


def test_what_was_begun_anew_with_other_settings_goes_on(small, measure, out):
    made, dataset = small
    finish(measure(dataset), out)
    with pytest.raises(Cancelled):
        measure(dataset, faces="given", cancel=CancelAt(6))
    oracle_engine.ASKED.clear()
    assert len(measure(dataset, faces="given", resume=True).rows) == 5 and done() == made.keys[2:]


def test_a_journal_that_is_no_text_is_refused(small, measure, out):
    out.mkdir()
    (out / JOURNAL).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="asked for something else"):
        measure(small[1], resume=True)


def test_changed_annotations_are_measured_again(small, measure, out):
    made, dataset = small
    finish(measure(dataset), out)
    swapped = made.annotations[made.keys[0]].read_bytes()
    made.annotations[made.keys[3]].write_bytes(swapped)
    os.utime(made.annotations[made.keys[1]], ns=(1, 1))  # written again with what it had
    oracle_engine.ASKED.clear()
    run = measure(oracle_engine.learn(open_dataset(made.root)), resume=True)
    assert done() == [made.keys[3]] and summarise(run).counts["ok"] == 5


@pytest.mark.parametrize(
    "change",
    [{"stamp": None}, {"annotation": [1]}, {"nme_groups": []}, {"nme_groups": {"jaw": "x"}}, {"nme_groups": {"ear": 1}},
     {"nme": float("nan")}, {"nme": 10**400}, {"R_pred": [0] * 9}, {"R_true": [1, 0, 0, 0, 1, 0, 0, 0, -1]},
     {"key": 7}, {"notes": 7}, {"notes": [7]}, {"reason": None}, {"truth": 1}, {"nme": float("inf")}],
)  # fmt: skip
def test_a_damaged_row_is_none(small, measure, change):
    row = measure(small[1], limit=1).rows[0]
    assert Row.from_json(json.loads(json.dumps(row.as_json()))) == row
    with pytest.raises(ValueError, match="evaluation"):
        Row.from_json({**row.as_json(), **change})


@pytest.mark.parametrize(
    "change", [{"listed": float("inf")}, {"listed": "5"}, {"listed": None}, {"about": {}}, {"about": 3}]
)
def test_a_damaged_table_is_none(small, measure, out, change):
    finish(measure(small[1]), out)
    table = json.loads((out / TABLE).read_text("utf-8"))
    (out / TABLE).write_text(json.dumps({**table, **change}), "utf-8")
    with pytest.raises(FaceviewerError, match=r"table\.json: not the table of an evaluation"):
        read_run(out)


def test_choices_that_are_no_object_make_no_table(small, measure, out):
    finish(measure(small[1]), out)
    table = json.loads((out / TABLE).read_text("utf-8"))
    table["about"]["choices"] = ["a"]
    (out / TABLE).write_text(json.dumps(table), "utf-8")
    with pytest.raises(FaceviewerError, match="not the table of an evaluation"):
        read_run(out)
