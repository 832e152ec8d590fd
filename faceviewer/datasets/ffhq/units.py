"""Sizes and times as the data set's own tools say them."""

from __future__ import annotations

_UNITS = ("B", "kB", "MB", "GB", "TB")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def bytes_unit(nbytes: float) -> tuple[str, int]:
    """(unit, bytes in one): the smallest in which there are fewer than a hundred, TB at most."""
    for power, unit in enumerate(_UNITS[:-1]):
        if nbytes < 100 * 1024**power:
            return unit, 1024**power
    return _UNITS[-1], 1024 ** (len(_UNITS) - 1)


def bytes_text(nbytes: float) -> str:
    """Such as "1.33 GB"."""
    unit, divisor = bytes_unit(nbytes)
    return f"{nbytes / divisor:.2f} {unit}" if divisor > 1 else f"{nbytes:.0f} {unit}"


def time_text(seconds: float) -> str:
    """Such as "59s", "1m 00s", "1h 00m", "1d 00h", ">100d"."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m {whole % _MINUTE:02d}s"
    if whole < _DAY:
        return f"{whole // _HOUR}h {whole % _HOUR // _MINUTE:02d}m"
    if whole < 100 * _DAY:
        return f"{whole // _DAY}d {whole % _DAY // _HOUR:02d}h"
    return ">100d"
