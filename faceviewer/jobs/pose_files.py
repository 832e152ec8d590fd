"""Pose series in files: CSV for spreadsheets, JSON (schema ``faceviewer.pose/1``) for programs.

CSV: UTF-8, one header line, one row for each person in each frame that was looked at. A frame without anybody is a row
whose cells are empty behind its time. Columns, in this order:

* ``frame``, ``time_s``: number in the source from 0, and when it is shown; ``file``: of a folder, the frame's file;
* ``person``, ``name``: number from 1, and what the user calls the person;
* ``yaw_deg, pitch_deg, roll_deg``; ``tx_mm, ty_mm, tz_mm``; ``r00`` to ``r22``, rows of ``R_camera_head``;
* ``left_px, top_px, right_px, bottom_px``: the found face; ``fx_px, fy_px, cx_px, cy_px``: the camera;
* ``focal_from``, ``engine``, ``scale_from``, ``smoothing_s``: what the numbers take for granted, the same all along.

A ``file`` or ``name`` that a spreadsheet would take for a formula (it begins with ``=``, ``+``, ``-``, ``@``, a tab or
a line's end) has a ``'`` in front.

JSON: ``source``, ``engine``, ``conventions`` (units and frames in words), ``assumptions`` (focal length and scale in
words), ``frames`` (index, time_s, file) and ``people``, each with ``rows``, places in ``frames``, beside its values.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from faceviewer.io.atomic import write_atomically
from faceviewer.io.csv_text import plain_cell
from faceviewer.io.json_node import JsonNode
from faceviewer.io.result_reader import read_focal_source
from faceviewer.jobs.pose_series import SCALE_SENTENCE, PersonPoses, PoseSeries
from faceviewer.types import FOCAL_SOURCES, FaceviewerError

SCHEMA = "faceviewer.pose/1"
POSE_SUFFIXES = (".csv", ".json")
HEADER = (
    *("frame", "time_s", "file", "person", "name", "yaw_deg", "pitch_deg", "roll_deg", "tx_mm", "ty_mm", "tz_mm"),
    *(f"r{row}{column}" for row in range(3) for column in range(3)),
    *("left_px", "top_px", "right_px", "bottom_px", "fx_px", "fy_px", "cx_px", "cy_px"),
    *("focal_from", "engine", "scale_from", "smoothing_s"),
)
_CONVENTIONS = {
    "head": "millimetres, origin midway between the eyes, x to the subject's left, y up, z out of the face",
    "camera": "OpenCV: x right, y down, z forward, millimetres; x_camera = R_camera_head @ x_head + t_mm",
    "angles": "degrees as AFLW2000-3D's Pose_Para: positive yaw turns the nose to the left of the picture, positive "
    "pitch raises the chin, positive roll leans the top of the head to the right of the picture",
    "image": "pixels, (0, 0) is the top-left corner of the top-left pixel",
    "time": "seconds from the start of the source; frames are numbered from 0",
    "people": "numbered by place in the picture, from frame to frame; nobody is recognised",
    "gaps": "frames that are missing among a person's rows are frames in which the person was not seen",
}
_LARGEST_BYTES = 1 << 30
_TO_FILE = (("t_mm", 3), ("angles_deg", 4), ("box_xyxy", 2), ("intrinsics_px", 3))
"""Field of a person -> decimals."""


def write_poses(series: PoseSeries, path: Path) -> None:
    """Write CSV or JSON, as the suffix says. Raises FaceviewerError for another suffix and what cannot be written."""
    writers = {".csv": write_pose_csv, ".json": write_pose_json}
    if path.suffix.lower() not in writers:
        raise FaceviewerError(f"{path}: poses are written to files that end in .csv or .json")
    writers[path.suffix.lower()](series, path)


def write_pose_csv(series: PoseSeries, path: Path) -> None:
    """The whole table or nothing. Raises FaceviewerError when it cannot be written."""

    def write(target: Path) -> None:
        with open(target, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(_rows(series))

    write_atomically(path, write)


def write_pose_json(series: PoseSeries, path: Path) -> None:
    """The whole file or nothing. Raises FaceviewerError when it cannot be written."""
    tree = _tree(series)
    lines = [f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in tree.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    write_atomically(path, lambda target: target.write_text(text, "ascii"))


def read_pose_json(path: Path) -> PoseSeries:
    """A series that ``write_pose_json`` wrote. Raises FaceviewerError, naming the file and what is wrong with it."""
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
        if len(data) > _LARGEST_BYTES:
            raise FaceviewerError(f"larger than {_LARGEST_BYTES} bytes")
        return _series(JsonNode(json.loads(data.decode("utf-8"), parse_constant=_no_constant), ""))
    except FaceviewerError as error:
        raise FaceviewerError(f"{path}: {error}") from None
    except OSError as error:
        raise FaceviewerError(f"{path}: it cannot be read ({error.strerror or error})") from None
    except (ValueError, RecursionError):
        raise FaceviewerError(f"{path}: it is not JSON") from None


def _rows(series: PoseSeries) -> Iterator[tuple[object, ...]]:
    files = series.files or [""] * len(series.frames)
    places = [0] * len(series.people)
    for row, (frame, time_s, file) in enumerate(zip(series.frames, series.time_s, files, strict=True)):
        head, empty = (int(frame), f"{time_s:.6f}", plain_cell(file)), True
        for k, person in enumerate(series.people):
            if places[k] < len(person.rows) and person.rows[places[k]] == row:
                yield (*head, *_cells(series, person, places[k]))
                places[k] += 1
                empty = False
        if empty:
            yield (*head, *("",) * (len(HEADER) - len(head)))


def _cells(series: PoseSeries, person: PersonPoses, place: int) -> tuple[object, ...]:
    return (
        person.number,
        plain_cell(person.name),
        *(f"{value:.4f}" for value in person.angles_deg[place]),
        *(f"{value:.3f}" for value in person.t_mm[place]),
        *(f"{value:.7f}" for value in person.R_camera_head[place].ravel()),
        *(f"{value:.2f}" for value in person.box_xyxy[place]),
        *(f"{value:.3f}" for value in person.intrinsics_px[place]),
        FOCAL_SOURCES[person.focal_from[place]],
        series.engine,
        "engine's head size",
        f"{series.smoothing_s:g}",
    )


def _tree(series: PoseSeries) -> dict[str, Any]:
    width, height = series.size
    return {
        "schema": SCHEMA,
        "source": {
            "name": _plain(series.source),
            "frame_rate": series.frame_rate,
            "every": series.every,
            "width": width,
            "height": height,
        },
        "engine": series.engine,
        "device": series.device,
        "conventions": _CONVENTIONS,
        "assumptions": {"focal_length": list(series.focal_sentences()), "scale": SCALE_SENTENCE},
        "unseen_s": series.unseen_s,
        "smoothing_s": series.smoothing_s,
        "notes": [_plain(note) for note in series.notes],
        "frames": {
            "index": series.frames.tolist(),
            "time_s": np.round(series.time_s, 6).tolist(),
            "file": [_plain(name) for name in series.files],
        },
        "people": [_person_tree(person) for person in series.people],
    }


def _person_tree(person: PersonPoses) -> dict[str, Any]:
    return {
        "number": person.number,
        "name": _plain(person.name),
        "rows": person.rows.tolist(),
        "R_camera_head": np.round(person.R_camera_head.reshape(-1, 9), 8).tolist(),
        **{name: np.round(getattr(person, name), decimals).tolist() for name, decimals in _TO_FILE},
        "focal_from": [FOCAL_SOURCES[code] for code in person.focal_from],
    }


def _series(node: JsonNode) -> PoseSeries:
    node["schema"].choice(SCHEMA)
    source, frames = node["source"], node["frames"]
    index, time_s = frames["index"].ids(1 << 30), frames["time_s"].numbers()
    files = frames["file"].texts()
    if len(time_s) != len(index) or len(files) not in (0, len(index)):
        node["frames"].fail("index, time_s and file differ in number")
    if (np.diff(index) <= 0).any():
        frames["index"].fail("frames must come in order")
    return PoseSeries(
        source=source["name"].text(),
        frames=index,
        time_s=time_s,
        people=tuple(_person(one, len(index)) for one in node["people"].elements()),
        engine=node["engine"].text(),
        device=node["device"].text(),
        frame_rate=None if source["frame_rate"].is_null() else source["frame_rate"].number(),
        every=source["every"].integer(1, 1 << 30),
        size=(source["width"].integer(0, 1 << 20), source["height"].integer(0, 1 << 20)),
        files=files,
        unseen_s=node["unseen_s"].number(),
        smoothing_s=node["smoothing_s"].number(),
        notes=node["notes"].texts(),
    )


def _person(node: JsonNode, frames: int) -> PersonPoses:
    rows = node["rows"].ids(max(frames, 1))
    if (np.diff(rows) <= 0).any() or (len(rows) and not frames):
        node["rows"].fail("they must come in order")
    count = len(rows)
    sources = [FOCAL_SOURCES.index(read_focal_source(one)) for one in node["focal_from"].elements()]
    if len(sources) != count:
        node["focal_from"].fail(f"a list of {count} expected")
    return PersonPoses(
        number=node["number"].integer(1, 1 << 30),
        name=node["name"].text(),
        rows=rows,
        R_camera_head=node["R_camera_head"].rows(count, 9).reshape(-1, 3, 3),
        t_mm=node["t_mm"].rows(count, 3),
        angles_deg=node["angles_deg"].rows(count, 3),
        box_xyxy=node["box_xyxy"].rows(count, 4),
        intrinsics_px=node["intrinsics_px"].rows(count, 4),
        focal_from=np.array(sources, np.uint8),
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _plain(text: str) -> str:
    """Names of undecodable files made readable."""
    return text.encode("utf-8", "backslashreplace").decode()
