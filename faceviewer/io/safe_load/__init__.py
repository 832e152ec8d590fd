"""Loading data from files that somebody else may have made: the only place that unpacks such files.

Nothing here runs code from a file: what a pickle asks for is refused by name, and sizes are compared before memory is
taken. What comes out is plain data: dicts, lists and tuples of numpy arrays, numbers, text and bytes.
"""

from faceviewer.io.safe_load.cache import Kind, converted_folder, load_cached
from faceviewer.io.safe_load.checkpoint import load_checkpoint, parse_checkpoint
from faceviewer.io.safe_load.face_api import load_face_api, parse_face_api
from faceviewer.io.safe_load.mat import load_mat, parse_mat
from faceviewer.io.safe_load.npy import load_npy, parse_npy
from faceviewer.io.safe_load.npz import load_npz, parse_npz
from faceviewer.io.safe_load.pkl import load_pickle, parse_pickle

__all__ = [
    "Kind",
    "converted_folder",
    "load_cached",
    "load_checkpoint",
    "load_face_api",
    "load_mat",
    "load_npy",
    "load_npz",
    "load_pickle",
    "parse_checkpoint",
    "parse_face_api",
    "parse_mat",
    "parse_npy",
    "parse_npz",
    "parse_pickle",
]
