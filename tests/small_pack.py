"""An asset pack of small files, one of each kind, for tests of what is the same for every pack."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from scipy.io import savemat

from faceviewer.assets.packs import (
    ArrayDict,
    ArraySpec,
    AssetFile,
    AssetPack,
    Capability,
    Content,
    IndexMap,
    ObjFile,
    Origin,
    StateDict,
    TensorSpec,
)

ORIGIN = Origin("Somebody", "https://example.org/somebody", "their own terms")
LARGE = StateDict("large net", (TensorSpec("a.weight", (4, 3)), TensorSpec("a.count", (), "int64")), "net")
SMALL = StateDict("small net", (TensorSpec("b.weight", (2, 3)), TensorSpec("b.bias", (2,))), "net")
OLD = StateDict("old net", (TensorSpec("c.weight", (5,)),), None, "module.")
MODEL = ArrayDict(
    "npy",
    (
        ArraySpec("mean", (12, 1), "mean shape"),
        ArraySpec("tri", ("F", 3), "triangles", top=3),
        ArraySpec("around", (4, 2), "triangles around each vertex", top="F"),
        ArraySpec("parts", ("*",), "vertices of the parts", top=3, count=2),
    ),
)
POINTS = ArrayDict("mat", (ArraySpec("lm", (68, 3), "landmarks"),))
TRIANGLE = "v 0 0 0 1 0 0\nv 1 0 0 0 1 0\nv 0 1 0 0 0 1\nf 1 2 3\n"


def asset(name: str, content: Content, *, needed: bool = False, least: int = 20) -> AssetFile:
    return AssetFile(name, f"The {name.partition('.')[0]}", needed, content, (least, 100_000), (ORIGIN,))


PACK = AssetPack(
    "small",
    "Small System",
    "https://example.org/files",
    "For tests.",
    (
        asset("model.npy", MODEL, needed=True, least=200),
        asset("large.pth", LARGE, needed=True, least=400),
        asset("small.pth", SMALL),
        asset("old.pth", OLD),
        asset("points.mat", POINTS),
        asset("map.npy", IndexMap(9, 4)),
        asset("mean.obj", ObjFile(3)),
    ),
    (
        Capability("large", "Large heads", ("model.npy", "large.pth")),
        Capability("small", "Small heads", ("model.npy", "small.pth")),
        Capability("view", "View the mean", ("mean.obj",)),
    ),
)


def model() -> dict[str, object]:
    """The content of ``model.npy``."""
    return {
        "mean": np.arange(12.0).reshape(12, 1),
        "tri": np.array([[0, 1, 2], [1, 2, 3]]),
        "around": np.array([[0, 2], [1, 0], [1, 0], [1, 2]]),
        "parts": [np.array([0, 1]), np.array([2, 3, 1])],
        "extra": "of no interest",
    }


def weights(content: StateDict) -> dict[str, torch.Tensor]:
    """Tensors of the declared shapes and dtypes."""
    prefix = content.strip
    return {prefix + t.key: torch.ones(t.shape, dtype=getattr(torch, t.dtype)) for t in content.tensors}


def write_npy(path: Path, value: object) -> None:
    np.save(path, np.array(value, dtype=object) if isinstance(value, dict) else value, allow_pickle=True)


def write_small_pack(folder: Path) -> Path:
    """All files of ``PACK``, whole, in ``folder``, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    write_npy(folder / "model.npy", model())
    torch.save({"net": weights(LARGE), "epoch": 3}, folder / "large.pth")
    torch.save({"net": weights(SMALL)}, folder / "small.pth")
    torch.save(weights(OLD), folder / "old.pth", _use_new_zipfile_serialization=False)
    savemat(folder / "points.mat", {"lm": np.zeros((68, 3), np.float32)})
    np.save(folder / "map.npy", np.array([8, 0, 3, 5]))
    (folder / "mean.obj").write_text(TRIANGLE)
    return folder
