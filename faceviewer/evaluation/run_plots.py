"""Which plots a run has: shares of photos below an error, errors over angles, landmarks by part and yaw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from faceviewer.evaluation.columns import ANGLES, YAW_BINS, Columns, group_column, yaw_bin
from faceviewer.evaluation.report_plots import Labels, Series, bars_plot, curves_plot, scatter_plot, share_below
from faceviewer.evaluation.rows import GROUPS

SHARES = (("geodesic_deg", "Geodesic error", "°"), ("nme", "NME", ""), ("recon_mean_mm", "Shape", "mm"))
"""Columns, names and units of the plots that show which share of the photos is below an error."""


def run_plots(columns: Columns) -> Iterator[str]:
    """All plots of a run for which it has numbers, each as HTML."""
    for column, name, unit in SHARES:
        if _known(columns[column]):
            yield share_plot(name, unit, [("", columns[column])])
    yaw = columns["yaw_true_deg"]
    if _known(yaw):
        series = [Series(name, columns[f"{name}_true_deg"], columns[f"{name}_error_deg"]) for name in ANGLES]
        labels = Labels(
            "Error of each angle",
            "One dot per photo and angle: the error with its sign over the true angle.",
            "true angle, °",
            "prediction minus truth, °",
        )
        yield scatter_plot(labels, [_finite(one) for one in series])
    if _known(columns["nme"]):
        yield groups_plot([("", columns)])
        yield _yaw_plot(columns)


def share_plot(name: str, unit: str, runs: Sequence[tuple[str, np.ndarray]]) -> str:
    """Which share of the photos has at most some error, for each of some runs."""
    finite = [values[np.isfinite(values)] for _, values in runs]
    upper = max([float(np.quantile(values, 0.98)) * 1.15 for values in finite if len(values)], default=1.0) or 1.0
    x_label = f"{name.lower() if name != 'NME' else name}{f', {unit}' if unit else ''}"
    labels = Labels(f"{name}: share of photos below", f"Up to {upper:.3g} {unit}.", x_label, "photos, %")
    return curves_plot(labels, [share_below(title, values, upper) for title, values in runs], x_range=(0, upper))


def groups_plot(runs: Sequence[tuple[str, Columns]]) -> str:
    """NME by parts of the face, for each of some runs."""
    values = [(name, [_mean(columns[group_column(part)]) for part in GROUPS]) for name, columns in runs]
    labels = Labels("NME by part of the face", "Mean over all photos.", "part of the 68 landmarks", "NME")
    return bars_plot(labels, list(GROUPS), values, "{:.3f}")


def _yaw_plot(columns: Columns) -> str:
    bins = yaw_bin(columns)
    values = [_mean(columns["nme"][bins == number]) for number in range(len(YAW_BINS))]
    names = [f"{name}° (n={int((bins == number).sum())})" for number, (name, _, _) in enumerate(YAW_BINS)]
    return bars_plot(Labels("NME by yaw", "Mean per bin.", "absolute true yaw", "NME"), names, [("", values)], "{:.3f}")


def _mean(values: np.ndarray) -> float:
    return float(np.nanmean(values)) if _known(values) else float("nan")


def _known(values: np.ndarray) -> bool:
    return bool(np.isfinite(values).any())


def _finite(series: Series) -> Series:
    both = np.isfinite(series.x) & np.isfinite(series.y)
    return Series(series.name, series.x[both], series.y[both])
