"""Loading data from files that somebody else may have made: the only place that unpacks such files."""

from faceviewer.io.safe_load.npz import load_npz, parse_npz

__all__ = ["load_npz", "parse_npz"]
