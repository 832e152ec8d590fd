"""Text of strangers in tables that spreadsheets open."""

from __future__ import annotations

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain_cell(text: str) -> str:
    """``text`` that no spreadsheet computes: one that begins like a formula gets a ' in front.

    For texts alone, never for numbers. A file of a downloaded folder may be called ``=HYPERLINK(...)``, and a
    spreadsheet runs that as soon as the table is opened.
    """
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text
