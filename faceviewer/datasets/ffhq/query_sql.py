"""A query as SQL with its parameters."""

from __future__ import annotations

from faceviewer.datasets.ffhq.entry import FfhqQuery, Order

_COLUMNS: dict[Order, tuple[str, ...]] = {
    "number": ("number",),
    "date": ("uploaded", "number"),
    "author": ("author", "number"),
    "title": ("title", "number"),
    "account": ("account", "number"),
}


def select_numbers(query: FfhqQuery) -> tuple[str, list[str]]:
    """(statement, parameters) for the numbers of the entries, in order. Raises ValueError for an unknown order."""
    where, parameters = _conditions(query)
    direction = " DESC" if query.descending else ""
    if query.order not in _COLUMNS:
        raise ValueError(f"entries are sorted by {', '.join(_COLUMNS)}, not {query.order!r}")
    order = ", ".join(column + direction for column in _COLUMNS[query.order])
    # Rows in the order of the table are read much faster than through an index; what is left is sorted quickly.
    hint = " NOT INDEXED" if where else ""
    return f"SELECT number FROM searched{hint}{where} ORDER BY {order}", parameters


def count_numbers(query: FfhqQuery) -> tuple[str, list[str]]:
    """(statement, parameters) for how many there are."""
    where, parameters = _conditions(query)
    hint = " NOT INDEXED" if where else ""
    return f"SELECT count(*) FROM searched{hint}{where}", parameters


def _conditions(query: FfhqQuery) -> tuple[str, list[str]]:
    conditions, parameters = [], []
    for column in ("title", "author", "country"):
        if wanted := getattr(query, column).strip().casefold():
            conditions.append(f"instr({column}, ?)")
            parameters.append(wanted)
    if query.licences:
        conditions.append(f"licence IN ({', '.join('?' * len(query.licences))})")
        parameters.extend(query.licences)
    if query.split:
        conditions.append("split = ?")
        parameters.append(query.split)
    if query.uploaded_from:
        conditions.append("uploaded >= ?")
        parameters.append(query.uploaded_from)
    if query.uploaded_to:
        conditions.append("uploaded <= ? AND uploaded <> ''")
        parameters.append(query.uploaded_to)
    if person := query.person.strip().casefold():
        conditions.append("(account = ? OR instr(author, ?))")
        parameters.extend([person, person])
    return (" WHERE " + " AND ".join(conditions) if conditions else ""), parameters
