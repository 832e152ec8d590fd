"""A query as SQL with its parameters, and the random order."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from faceviewer.datasets.ffhq_uv.entry import ORDERS, UvMapQuery

_SPANS = ("age", "beard", "expression", "yaw", "pitch")
FACETS = {
    "gender": "coalesce(gender, '')",
    "glasses": "CASE glasses WHEN 1 THEN 'yes' WHEN 0 THEN 'no' ELSE '' END",
    "has_light": "CASE light WHEN '' THEN 'no' ELSE 'yes' END",
    "has_latent": "CASE latent WHEN '' THEN 'no' ELSE 'yes' END",
    "part": "part",
}
"""Field of ``UvMapQuery`` -> expression that its maps are counted by."""


def select_keys(query: UvMapQuery) -> tuple[str, list[Any]]:
    """(statement, parameters) for the keys of the maps, in order.

    For the random order, (key, mix) come in no order, for ``shuffled``.

    Raises ValueError for an unknown order.
    """
    if query.order not in ORDERS:
        raise ValueError(f"maps are sorted by {', '.join(ORDERS)}, not {query.order!r}")
    where, parameters = conditions(query)
    if query.order == "random":
        return f"SELECT key, mix FROM maps{where} ORDER BY key", parameters
    direction = " DESC" if query.descending else ""
    order = f"sorted_id{direction}, part{direction}, key{direction}"  # an index has this order
    if query.order != "id":
        order = f"{query.order} IS NULL, {query.order}{direction}, sorted_id, key"
    return f"SELECT key FROM maps{where} ORDER BY {order}", parameters


def conditions(query: UvMapQuery, without: str = "") -> tuple[str, list[Any]]:
    """(" WHERE ..." or "", parameters); ``without`` names a field of the query to leave out."""
    found: list[tuple[str, list[Any]]] = []
    for name in (field.name for field in fields(query) if field.name != without):
        value = getattr(query, name)
        if name == "id" and value.strip():
            found.append(("instr(lower(id), lower(?))", [value.strip()]))
        elif name in ("part", "gender") and value:
            found.append((f"{name} = ?", [value]))
        elif name in _SPANS:
            found += [
                (f"{name} {sign} ?", [end]) for sign, end in zip((">=", "<="), value, strict=True) if end is not None
            ]
        elif name == "glasses" and value is not None:
            found.append(("glasses = ?", [int(value)]))
        elif name in ("has_light", "has_latent") and value is not None:
            found.append((f"{name.removeprefix('has_')} {'<>' if value else '='} ''", []))
    text = " AND ".join(condition for condition, _ in found)
    return (f" WHERE {text}" if text else ""), [value for _, values in found for value in values]


def shuffled(keys: np.ndarray, mixes: np.ndarray, seed: int) -> np.ndarray:
    """The keys in an order that depends on ``mixes``, which belong to the maps, and the seed alone."""
    mixed = mixes.astype(np.uint64) + np.uint64((seed * 0x9E3779B97F4A7C15) % (1 << 64))  # SplitMix64
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return keys[np.argsort(mixed ^ (mixed >> np.uint64(31)), kind="stable")]
