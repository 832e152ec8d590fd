"""Plots as SVG text for a page: colours come from the page's style, so that they follow light and dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faceviewer.evaluation.report_page import told

WIDTH, HEIGHT = 480, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 14, 12, 46
_MAX_POINTS = 2000
_ROOM = 0.03
"""Of the range, on each side of dots."""
_LEAST_FOR_VALUE = 32
"""Width of the narrowest bar that has its value written over it."""
SERIES_COLORS = 6
"""How many series have colours of their own: the classes ``s0`` to ``s5`` of the page."""


@dataclass(frozen=True, eq=False)
class Series:
    """Points under one name."""

    name: str
    x: np.ndarray
    """(N,)."""
    y: np.ndarray
    """(N,)."""


@dataclass(frozen=True)
class Labels:
    """What is said about a plot."""

    title: str
    description: str
    """A sentence for those who do not see it."""
    x: str
    y: str


def curves_plot(labels: Labels, series: Sequence[Series], *, x_range: tuple[float, float] | None = None) -> str:
    """Lines."""
    frame = _Frame(*(x_range or _range([one.x for one in series])), *_range([one.y for one in series], zero=True))
    drawn = []
    for number, one in enumerate(series):
        points = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in zip(one.x, one.y, strict=True))
        drawn.append(f'<polyline class="line s{number % SERIES_COLORS}" points="{points}"/>')
    return _figure(labels, frame.svg(labels, "".join(drawn)), [one.name for one in series])


def scatter_plot(labels: Labels, series: Sequence[Series]) -> str:
    """Dots, with a line at y = 0 where that is among them; of very many, some of each series."""
    x_range, y_range = _range([one.x for one in series]), _range([one.y for one in series], zero=True)
    frame = _Frame(*_wider(x_range), *_wider(y_range))
    drawn = [frame.level(0.0)]
    for number, one in enumerate(series):
        step = math.ceil(max(len(one.x), 1) / _MAX_POINTS)
        drawn += [
            f'<circle class="dot s{number % SERIES_COLORS}" cx="{frame.x(x):.1f}" cy="{frame.y(y):.1f}" r="3"/>'
            for x, y in zip(one.x[::step], one.y[::step], strict=True)
        ]
    return _figure(labels, frame.svg(labels, "".join(drawn)), [one.name for one in series])


def bars_plot(labels: Labels, names: Sequence[str], groups: Sequence[tuple[str, Sequence[float]]], text: str) -> str:
    """Bars from zero, for each name one of each group; ``text`` formats their values, NaN leaves one out."""
    values = np.array([heights for _, heights in groups], np.float64)
    finite = values[np.isfinite(values)]
    frame = _Frame(0, len(names), min(float(finite.min(initial=0)), 0), max(float(finite.max(initial=0)) * 1.12, 1e-9))
    width, drawn = 0.8 / len(groups), []
    for number, heights in enumerate(values):
        for place, value in enumerate(heights):
            if not np.isfinite(value):
                continue
            left, right = (frame.x(place + 0.1 + width * (number + side)) for side in (0.04, 0.96))
            low, high = sorted((frame.y(0), frame.y(value)))
            drawn.append(
                f'<rect class="bar s{number % SERIES_COLORS}" x="{left:.1f}" y="{low:.1f}" '
                f'width="{right - left:.1f}" height="{high - low:.1f}"><title>{text.format(value)}</title></rect>'
            )
            if right - left >= _LEAST_FOR_VALUE:
                middle = (left + right) / 2
                drawn.append(f'<text class="value" x="{middle:.1f}" y="{low - 4:.1f}">{text.format(value)}</text>')
    ticks = [(place + 0.5, name) for place, name in enumerate(names)]
    svg = frame.svg(labels, frame.level(0.0) + "".join(drawn), x_ticks=ticks)
    return _figure(labels, svg, [name for name, _ in groups] if len(groups) > 1 else [])


def share_below(name: str, values: np.ndarray, upper: float) -> Series:
    """The share of some values, in percent, that is no larger than x, for x from 0 to ``upper``."""
    ordered = np.sort(values[np.isfinite(values)])
    x = np.linspace(0, upper, 121)
    return Series(name, x, 100 * np.searchsorted(ordered, x, "right") / max(len(ordered), 1))


class _Frame:
    """Where values lie on the picture."""

    def __init__(self, x_low: float, x_high: float, y_low: float, y_high: float) -> None:
        self._x, self._y = (x_low, x_high), (y_low, y_high)

    def x(self, value: float) -> float:
        low, high = self._x
        return _LEFT + (value - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        low, high = self._y
        return HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)

    def level(self, value: float) -> str:
        """A line across at a height, when the picture reaches there."""
        if not self._y[0] <= value <= self._y[1]:
            return ""
        y = f"{self.y(value):.1f}"
        return f'<line class="level" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'

    def svg(self, labels: Labels, drawn: str, x_ticks: Sequence[tuple[float, str]] | None = None) -> str:
        parts = []
        for value in _ticks(*self._y):
            y = self.y(value)
            parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text class="tick end" x="{_LEFT - 6}" y="{y + 4:.1f}">{value:g}</text>')
        for value, name in x_ticks or [(value, f"{value:g}") for value in _ticks(*self._x)]:
            parts.append(f'<text class="tick" x="{self.x(value):.1f}" y="{HEIGHT - _BOTTOM + 16}">{told(name)}</text>')
        middle_x, middle_y = (_LEFT + WIDTH - _RIGHT) / 2, (_TOP + HEIGHT - _BOTTOM) / 2
        parts.append(f'<text class="label" x="{middle_x}" y="{HEIGHT - 8}">{told(labels.x)}</text>')
        turned = f'transform="rotate(-90 14 {middle_y})"'
        parts.append(f'<text class="label" x="14" y="{middle_y}" {turned}>{told(labels.y)}</text>')
        name = f"{labels.title}. {labels.description}"
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{told(name)}">'
            f"<title>{told(labels.title)}</title><desc>{told(labels.description)}</desc>"
            f"{''.join(parts)}{drawn}</svg>"
        )


def _figure(labels: Labels, svg: str, names: Sequence[str]) -> str:
    keys = "".join(
        f'<li><span class="key s{number % SERIES_COLORS}"></span>{told(name)}</li>'
        for number, name in enumerate(names)
        if name
    )
    legend = f'<ul class="legend">{keys}</ul>' if keys else ""
    return f"<figure><figcaption>{told(labels.title)}</figcaption>{svg}{legend}</figure>"


def _range(columns: Sequence[np.ndarray], *, zero: bool = False) -> tuple[float, float]:
    """From the least to the largest value, or a bit around them where all are one; ``zero``: with zero."""
    values = np.concatenate([*map(np.ravel, columns), [0.0] * zero])
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if high - low > 1e-9 else (low - (not zero), high + 1.0)


def _wider(low_high: tuple[float, float]) -> tuple[float, float]:
    """The same with some room, so that no dot is cut at the edge."""
    room = _ROOM * (low_high[1] - low_high[0])
    return low_high[0] - room, low_high[1] + room


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers within a range, about five."""
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step = next(step * factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= 6)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]
