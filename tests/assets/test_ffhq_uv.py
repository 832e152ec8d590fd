"""FFHQ-UV's pack: all files are declared, and each kind of content is told from what it is not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from faceviewer.assets import ffhq_uv_names as names
from faceviewer.assets.checks import Damaged, UnknownVersion, check_arrays
from faceviewer.assets.ffhq_uv import FFHQ_UV
from faceviewer.assets.importing import import_from
from faceviewer.assets.packs import ArrayDict
from faceviewer.assets.places import PACKS, Place, locate
from faceviewer.assets.verify import examine
from faceviewer.types import CancelToken


def finding(folder: Path, name: str):
    return examine(FFHQ_UV, FFHQ_UV.by_name[name], folder / name)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    for file in FFHQ_UV.files:
        (tmp_path / file.name).parent.mkdir(parents=True, exist_ok=True)
    return tmp_path


def test_every_published_file_is_declared(shared):
    (seed,) = (shared / "seeds").glob("000_*.txt")
    published = set(re.findall(r"\|--([\w.-]+\.\w+)", seed.read_text()))
    declared = {file.name.rpartition("/")[2] for file in FFHQ_UV.files}
    assert len(published) == 35 and published <= declared
    assert {name for capability in FFHQ_UV.capabilities for name in capability.needs} <= set(FFHQ_UV.by_name)
    assert FFHQ_UV in PACKS
    assert len({capability.id for capability in FFHQ_UV.capabilities}) == len(FFHQ_UV.capabilities)


@pytest.mark.parametrize(("mode", "size", "state", "said"), [
    ("L", (1024, 1024), "present", "a picture of 1024 x 1024 pixels"),
    ("RGB", (512, 512), "present", "resized to 1024 x 1024 for use"),
    ("L", (1024, 512), "unknown", "is a picture of 1024 x 512 pixels; a square one is expected"),
    ("I;16", (64, 64), "unknown", "is a picture of mode I;16; grey or colours are expected"),
])  # fmt: skip
def test_masks(folder, mode, size, state, said):
    Image.new(mode, size).save(folder / "topo_assets/hair_mask.png")
    found = finding(folder, "topo_assets/hair_mask.png")
    assert (found.state, said in found.reason) == (state, True), found.reason


def test_the_template_has_colours_and_broken_pictures_are_damaged(folder):
    Image.new("L", (1024, 1024)).save(folder / names.TEMPLATE)
    assert finding(folder, names.TEMPLATE).reason == "is a picture of mode L; colours are expected"
    (folder / names.TEMPLATE).write_bytes((folder / names.TEMPLATE).read_bytes()[:200])
    assert finding(folder, names.TEMPLATE).state == "damaged"


def test_files_of_other_programs(folder):
    (folder / names.MTCNN).write_bytes(b"\n" + bytes(1 << 20))
    assert finding(folder, names.MTCNN).reason.endswith(
        "begins as a graph of TensorFlow does; what it holds was not looked at"
    )
    (folder / names.STYLEGAN2).write_bytes(b"PK\x03\x04" + bytes(100))
    assert finding(folder, names.STYLEGAN2).reason == "does not begin as a pickle of StyleGAN2 does"
    (folder / names.STYLEGAN2).write_bytes(b"\x80" + bytes(100))
    assert finding(folder, names.STYLEGAN2).state == "damaged"
    (folder / names.DLIB).write_text("<!DOCTYPE html><html>")
    assert "is a web page" in finding(folder, names.DLIB).reason


def test_the_direction_is_one_tensor(folder):
    torch.save(torch.ones(1, 512), folder / names.DIRECTION)
    assert finding(folder, names.DIRECTION).state == "present"
    torch.save(torch.full((512,), torch.nan), folder / names.DIRECTION)
    assert finding(folder, names.DIRECTION).state == "damaged"
    torch.save({"direction": torch.ones(512)}, folder / names.DIRECTION)
    assert finding(folder, names.DIRECTION).reason == "is not a tensor of 1 x 512"


def test_weights_of_another_network_are_named(folder, shared):
    keys = json.loads((shared / "vectors" / "ffhq_uv" / "keys_styleflow.json").read_text())["keys"]
    weights = {key: torch.zeros(shape) for key, shape, _ in keys}
    torch.save(weights, folder / names.STYLEFLOW)
    assert finding(folder, names.STYLEFLOW).state == "present"
    torch.save(weights, folder / names.DPR)
    assert (
        finding(folder, names.DPR).reason == f"holds the weights of the StyleFlow, which belong into {names.STYLEFLOW}"
    )


def test_the_head_model(folder):
    content = FFHQ_UV.by_name[names.MODEL].content
    assert isinstance(content, ArrayDict)
    lengths = {"*": 68}
    arrays = {
        spec.key: np.broadcast_to(np.float32(1), [lengths.get(n, n) for n in spec.shape]) for spec in content.arrays
    }
    assert check_arrays(content, arrays) == "15 arrays"
    with pytest.raises(Damaged, match="has 20482 among 'keypoints'"):
        check_arrays(content, arrays | {"keypoints": np.full((1, 68), names.VERTICES + 1)})
    with pytest.raises(UnknownVersion, match="'idBase'"):
        check_arrays(content, arrays | {"idBase": np.zeros((5, 5))})


def test_eyeballs_are_imported_into_their_folder(folder, shared, tmp_path):
    source = shared / "data" / "ffhq_uv"
    place = Place(tmp_path / "assets", "chosen")
    results = import_from(source, place, lambda step: None, CancelToken())
    assert {one.file.name: one.state for one in results} == dict.fromkeys(
        (*names.EYEBALLS, names.EYEBALL_TEXTURE), "imported"
    )
    located = locate(FFHQ_UV, place)
    assert located.folder == place.folder / "ffhq-uv"
    assert [capability.id for capability in located.capabilities] == ["eyeballs"]
