"""How things were looked at, and what the user made, as JSON and back. Every value is checked on the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from faceviewer.app.state import AppState, Comparison, Edits, HeadRef, Measurement, ViewState, Work
from faceviewer.geometry.surface import SurfacePoint
from faceviewer.io.json_node import JsonNode

MAX_ID = 1 << 40
_Record = TypeVar("_Record")


def encode_view(view: Any) -> dict[str, Any]:
    """A dataclass of numbers, flags, texts, sets of texts and further such dataclasses, field by field."""
    return {field.name: _encode_value(getattr(view, field.name)) for field in fields(view)}


def decode_view(node: JsonNode, kind: type[_Record]) -> _Record:
    """Inverse of ``encode_view``; what an older version did not know has its default. Raises FaceviewerError."""
    hints = get_type_hints(kind)
    known = {name: _decode_value(node[name], hint) for name, hint in hints.items() if name in node}
    return kind(**known)


def encode_work(work: Work) -> dict[str, Any]:
    return {
        "edits": [
            {
                **_ref(ref),
                "shape": dict(edits.shape),
                "expression": dict(edits.expression),
                "exaggeration": edits.exaggeration,
            }
            for ref, edits in work.edits.items()
        ],
        "measurements": [
            {
                **_ref(measurement.head),
                "kind": measurement.kind,
                "points": [{"triangle": p.triangle, "barycentric": list(p.barycentric)} for p in measurement.points],
            }
            for measurement in work.measurements
        ],
    }


def decode_work(node: JsonNode, triangle_count: Callable[[HeadRef], int]) -> tuple[Work, int]:
    """Inverse of ``encode_work``, and how many measurements are left out because they do not fit their head.

    ``triangle_count`` says how many triangles a head has, 0 for one that is not there: work on those is left out
    without being counted. Raises FaceviewerError.
    """
    edits = {_decode_ref(tree): _edits(tree) for tree in node["edits"].elements()}
    measurements = [_measurement(tree) for tree in node["measurements"].elements()]
    there = [measurement for measurement in measurements if triangle_count(measurement.head)]
    fitting = [measurement for measurement in there if _fits(measurement, triangle_count(measurement.head))]
    work = Work({ref: edit for ref, edit in edits.items() if triangle_count(ref)}, tuple(fitting))
    return work, len(there) - len(fitting)


def encode_comparison(comparison: Comparison | None) -> dict[str, Any] | None:
    """Without its outcome, which is computed anew."""
    if comparison is None:
        return None
    return {
        "reference": _ref(comparison.reference),
        "other": _ref(comparison.other),
        "alignment": comparison.alignment,
        "layout": comparison.layout,
        "range_mm": comparison.range_mm,
    }


def decode_comparison(node: JsonNode, state: AppState) -> Comparison | None:
    """Inverse of ``encode_comparison``; None when one of the heads is not there. Raises FaceviewerError."""
    if node.is_null():
        return None
    from faceviewer.geometry.compare import Alignment  # scipy, behind it, would cost the start-up

    comparison = Comparison(
        reference=_decode_ref(node["reference"]),
        other=_decode_ref(node["other"]),
        alignment=cast(Alignment, node["alignment"].choice(*get_args(Alignment))),
        layout=cast(Any, node["layout"].choice("side by side", "heat map")),
        range_mm=None if node["range_mm"].is_null() else node["range_mm"].number(),
    )
    heads = (state.result(comparison.reference), state.result(comparison.other))
    return comparison if None not in heads else None


def view_of(node: JsonNode) -> ViewState:
    """The view of a session. Raises FaceviewerError."""
    return decode_view(node, ViewState)


def _encode_value(value: Any) -> Any:
    if is_dataclass(value):
        return encode_view(value)
    return sorted(value) if isinstance(value, frozenset) else list(value) if isinstance(value, tuple) else value


def _decode_value(node: JsonNode, hint: Any) -> Any:
    if get_origin(hint) is Literal:
        return node.choice(*get_args(hint))
    if get_origin(hint) is tuple:
        return tuple(node.numbers(len(get_args(hint))).tolist())
    if get_origin(hint) is frozenset:
        return frozenset(node.texts())
    if is_dataclass(hint) and isinstance(hint, type):
        return decode_view(node, hint)
    return {bool: node.flag, float: node.number, str: node.text}[hint]()


def _ref(ref: HeadRef) -> dict[str, Any]:
    return {"document": ref.document, "face": ref.face_number}


def _decode_ref(node: JsonNode) -> HeadRef:
    return HeadRef(node["document"].integer(0, MAX_ID), node["face"].integer(1, MAX_ID))


def _edits(node: JsonNode) -> Edits:
    return Edits(
        shape={name: value.number() for name, value in node["shape"].items()},
        expression={name: value.number() for name, value in node["expression"].items()},
        exaggeration=node["exaggeration"].number(),
    )


def _measurement(node: JsonNode) -> Measurement:
    ref = _decode_ref(node)
    points = tuple(
        SurfacePoint(tree["triangle"].integer(0, MAX_ID), _weights(tree["barycentric"]))
        for tree in node["points"].elements()
    )
    kind = cast(Literal["distance", "surface", "angle"], node["kind"].choice("distance", "surface", "angle"))
    if len(points) != (3 if kind == "angle" else 2):
        node.fail("a measurement has 2 points, an angle 3")
    return Measurement(ref, kind, points)


def _fits(measurement: Measurement, triangle_count: int) -> bool:
    """Whether the head has the triangles that were measured: one measurement of another head lost the whole session."""
    return all(point.triangle < triangle_count for point in measurement.points)


def _weights(node: JsonNode) -> tuple[float, float, float]:
    a, b, c = node.numbers(3).tolist()
    return a, b, c
