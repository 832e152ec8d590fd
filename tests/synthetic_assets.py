"""A folder like that of a published system, with numbers made by the recipes beside the reference outputs."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from scipy.io import savemat

from faceviewer.assets import trg
from faceviewer.assets.tddfa_v3 import ALIGNMENT, FACE_MODEL, INDEX_MAPS, MEAN_SHAPES, MOBILENET_V3, RESNET50
from faceviewer.io.safe_load import load_npz

LAST_LAYER_SCALE = {RESNET50: 2.0**-15, MOBILENET_V3: 2.0**-10}
TRG_WEIGHTS = (trg.BOTH_SETS, trg.ARKITFACE)
_SCALES = {".decshape.": 2e-5, ".decpose.": 1e-3}


def write_tddfa_v3(folder: Path, shared: Path, *, seed: int = 0) -> Path:
    """Every file of 3DDFA-V3 in ``folder``, which is made: 330 MB in a few seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    recipes = shared / "vectors" / "3ddfa_v3"
    maker = _module(recipes / "make_face_model.py")
    model = maker.make_face_model(seed)
    np.save(folder / FACE_MODEL, np.array(model, dtype=object), allow_pickle=True)
    savemat(folder / ALIGNMENT, {"lm": maker.make_lm3d(seed)})
    for keys in sorted(recipes.glob("keys_*.json")):
        _write_network(folder, json.loads(keys.read_text()), _module(shared / "vectors" / "fill.py"), seed)
    _write_extras(folder, model)
    return folder


def _plausible(name: str, tensors: dict[str, torch.Tensor]) -> None:
    """Scale the last layers as for ``pipeline.npz``: coefficients of a face, not of a crumpled sheet."""
    for key in tensors:
        if key.startswith("final_layers.") and key.endswith(".weight"):
            tensors[key] *= LAST_LAYER_SCALE[name]


def _write_network(folder: Path, keys: dict, fill: ModuleType, seed: int) -> None:
    prefix = keys["strip_substring"] or ""
    tensors = {
        prefix + key: fill.fill_tensor(key, torch.empty(shape, dtype=getattr(torch, dtype)), seed)
        for key, shape, dtype in keys["keys"]
    }
    _plausible(keys["file"], tensors)
    value = {keys["wrapped_in"]: tensors} if keys["wrapped_in"] else tensors
    torch.save(value, folder / keys["file"], _use_new_zipfile_serialization="old_torch" not in keys["file"])


def _write_extras(folder: Path, model: dict) -> None:
    rng = np.random.default_rng(0)
    for larger, smaller in INDEX_MAPS:
        np.save(folder / f"indices_{larger}_{smaller}.npy", np.sort(rng.choice(larger, smaller, replace=False)))
    rows = np.hstack([model["u"].reshape(-1, 3), np.full((len(model["uv_coords"]), 3), 0.5)])
    text = ("v %.4f %.4f %.4f %g %g %g\n" * len(rows)) % tuple(rows.ravel())
    text += ("f %d %d %d\n" * len(model["tri"])) % tuple((model["tri"] + 1).ravel())
    for name in MEAN_SHAPES:
        (folder / f"meanshape-{name}.obj").write_text(text)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the folder may be read-only
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def write_trg(folder: Path, shared: Path, *, weights: Sequence[str] = TRG_WEIGHTS, seed: int = 0) -> Path:
    """TRG's files in ``folder``, which is made, as a checkout of its repository has them: 300 MB in a few seconds.

    The networks give plausible faces: their weights are those of the reference's physical recipe.
    """
    published = shared / "data" / "trg"
    constants = load_npz(published / trg.CONSTANTS)
    for number, name in enumerate(weights):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(trg_weights(shared, constants, seed + number), path)
    for below, name in (("data", trg.SUBSAMPLE), ("data", trg.TRIANGLE_LIST), ("npy", trg.KEYPOINTS), ("npy", trg.UV)):
        (folder / below).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(published / name, folder / below / name)
    return folder


def trg_weights(shared: Path, constants: dict[str, np.ndarray], seed: int = 0) -> dict[str, torch.Tensor]:
    """The reference's recipe A: random layers, the true start, and last layers that move it a little."""
    fill = _module(shared / "vectors" / "fill.py")
    weights = {}
    for key, shape, dtype in json.loads((shared / "vectors" / "trg" / "keys_trg.json").read_text()):
        constant = key.rpartition(".")[2]
        if constant in ("points_grid", "init_face", "init_head_pose"):
            weights[key] = torch.as_tensor(constants[constant].copy()).reshape(shape)
            continue
        tensor = fill.fill_tensor(key, torch.empty(shape, dtype=getattr(torch, dtype)), seed)
        weights[key] = tensor * next((scale for layer, scale in _SCALES.items() if layer in key), 1)
    return weights
