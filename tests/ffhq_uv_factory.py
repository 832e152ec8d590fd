"""Folders in the manner of FFHQ-UV: small maps, meta-info, latent codes, and the project's files in zips or folders."""

from __future__ import annotations

import json
import pickle
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.random import default_rng
from PIL import Image

from faceviewer.io.safe_load.face_api import FACE_API_SYMBOLS

MODELS = "azure.cognitiveservices.vision.face.models"
LIGHT = np.array([0.8, -0.04, 0.23, -0.18, 0.02, 0.03, -0.15, -0.02, -0.13], np.float32)


def write_map(path: Path, *, side: int = 16, seed: int = 0) -> Path:
    """A map of random squares, of the format that the suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    colors = default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(colors).resize((side, side), Image.Resampling.NEAREST).save(path)
    return path


def facts(number: int) -> dict[str, Any]:
    """What meta-info says of a face."""
    return {"gender": ("female", "male")[number % 2], "age": 20.0 + number % 50, "beard": number % 10 / 10}


def attributes(number: int) -> dict[str, Any]:
    """What attributes/ID.json says of a face."""
    return {
        "Age": 20.0 + number % 50, "Baldness": 0.02, "Beard": 0.0, "Expression": number % 5 / 5, "Gender": number % 2,
        "Glasses": int(number % 3 == 0), "Pitch": -5.6, "Yaw": float(number % 7) - 3,
    }  # fmt: skip


def write_set(root: Path, numbers: Sequence[int], *, name: str = "ffhq-uv", meta: bool = True, side: int = 16) -> Path:
    """A published set below ``root``: maps in numbered folders, meta-info, latent codes of the even numbers."""
    folder = root / name
    for number in numbers:
        write_map(folder / "uv-maps" / f"{number // 1000:03d}" / f"{number:05d}.png", side=side, seed=number)
        if number % 2 == 0:
            below = folder / "face-latents" / f"{number // 1000:03d}" / f"{number:05d}"
            below.mkdir(parents=True)
            for view in ("front", "left", "right"):
                (below / f"{number:05d}_{view}_latent.pt").write_bytes(b"not read by the index")
    if meta:
        said = {f"{number:05d}": {**facts(number), "ffhq_index": 7 * number, "mood": "calm"} for number in numbers}
        (folder / "meta-info.json").write_text(json.dumps(said, indent=1))
    return folder


def project_files(numbers: Sequence[int]) -> dict[str, dict[str, bytes]]:
    """Source -> name -> bytes; without latent codes, which torch would have to write."""
    ids = [f"{number:05d}" for number in numbers]
    return {
        "attributes": {f"{i}.json": json.dumps(attributes(int(i))).encode() for i in ids},
        "attributes_ms_api": {f"{i}.pkl": answer_pickle() for i in ids},
        "lights": {f"{i}.npy": npy(LIGHT.reshape(1, 9, 1, 1)) for i in ids},
    }


def write_project(folder: Path, files: dict[str, dict[str, bytes]], *, zipped: bool = True) -> Path:
    for source, members in files.items():
        if zipped:
            write_zip(folder / f"{source}.zip", {f"{source}/{name}": data for name, data in members.items()})
            continue
        (folder / source).mkdir(parents=True, exist_ok=True)
        for name, data in members.items():
            (folder / source / name).write_bytes(data)
    return folder


def write_zip(path: Path, members: dict[str, bytes], *, stored: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def npy(array: np.ndarray) -> bytes:
    stream = BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def answer_pickle(protocol: int = 3, **changed: Any) -> bytes:
    """A pickled answer of the Face API as its package's classes would give it."""
    with _azure_classes() as new:
        value = _answer(new)
        value.face_attributes.__dict__.update(changed)
        return pickle.dumps(value, protocol)


def _answer(new: Any) -> Any:
    face = new(
        "FaceAttributes",
        age=23.0, gender=("Gender", "male"), smile=0.65, glasses=("GlassesType", "sunglasses"),
        facial_hair=new("FacialHair", moustache=0.1, beard=0.4, sideburns=0.1),
        head_pose=new("HeadPose", roll=1.5, yaw=11.2, pitch=-5.6),
        emotion=new("Emotion", anger=0.0, happiness=0.65, neutral=0.35),
        hair=new("Hair", bald=0.02, invisible=False, hair_color=[
            new("HairColor", color=("HairColorType", "brown"), confidence=0.99),
        ]),
        accessories=[new("Accessory", type=("AccessoryType", "glasses"), confidence=1.0)],
        blur=new("Blur", blur_level=("BlurLevel", "low"), value=0.0), mask=None,
        quality_for_recognition=("QualityForRecognition", "high"),
    )  # fmt: skip
    box = new("FaceRectangle", width=470, height=470, left=280, top=330)
    return new("DetectedFace", face_id="8f9e", face_rectangle=box, face_landmarks=None, face_attributes=face)


class _Choice:
    """Pickles as an enumeration's member does."""

    def __init__(self, kind: Any, value: str) -> None:
        self._reduced = (kind, (value,))

    def __reduce__(self) -> Any:
        return self._reduced


@contextmanager
def _azure_classes() -> Iterator[Any]:
    """A function that makes objects of classes under the package's names, which exist only meanwhile."""
    before = dict(sys.modules)
    for full in FACE_API_SYMBOLS:
        module, name = full.rsplit(".", 1)
        for end in range(1, module.count(".") + 2):
            above = ".".join(module.split(".")[:end])
            sys.modules.setdefault(above, ModuleType(above))
        made = sys.modules[module]
        setattr(made, name, type(name, (), {"__module__": module}))

    def new(name: str, **values: Any) -> Any:
        enums = sys.modules[f"{MODELS}._face_client_enums"]
        result = getattr(sys.modules[f"{MODELS}._models_py3"], name)()
        for key, value in {"additional_properties": {}, **values}.items():
            setattr(result, key, _Choice(getattr(enums, value[0]), value[1]) if isinstance(value, tuple) else value)
        return result

    try:
        yield new
    finally:
        for module in set(sys.modules) - set(before):
            if module.partition(".")[0] == "azure":
                del sys.modules[module]
