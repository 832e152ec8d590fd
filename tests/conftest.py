"""Fixtures for all tests. Sample data that is not part of the repository lies in a folder beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_engine import FAKE, register_fake
from hypothesis import settings

from faceviewer.engines import registry
from faceviewer.engines.registry import EngineSpec

if TYPE_CHECKING:
    from parity import Reference

settings.register_profile("unhurried", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("unhurried")

SHARED = Path(os.environ.get("FACEVIEWER_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def shared_dir() -> Path:
    """The folder of sample data, there or not: for lists of parameters."""
    return SHARED


@pytest.fixture(autouse=True)
def _engines_as_they_were() -> Iterator[None]:
    """Engines that a test registers are gone after it: once, one stood in the list that another test reads."""
    before = dict(registry._ENGINES)
    yield
    registry._ENGINES.clear()
    registry._ENGINES.update(before)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of sample data. Without it a test skips, but fails in continuous integration."""
    if not (SHARED / "data").is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"shared sample data absent: {SHARED}")
        pytest.skip("shared sample data absent")
    return SHARED


@pytest.fixture
def reference(shared: Path, request: pytest.FixtureRequest) -> Reference:
    """3DDFA-V3's own outputs, to be compared with ours on one core."""
    import torch
    from parity import Reference

    torch.set_num_threads(1)
    return Reference(shared, request.node.user_properties)


@pytest.fixture
def ffhq_uv_reference(shared: Path, request: pytest.FixtureRequest) -> Reference:
    """FFHQ-UV's own outputs, to be compared with ours on one core."""
    import torch
    from parity import Reference

    torch.set_num_threads(1)
    return Reference(shared, request.node.user_properties, "ffhq_uv")


@pytest.fixture(scope="session")
def tddfa_v3_assets(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with every file of 3DDFA-V3, synthetic; not to be changed by tests. Made once, removed at the end."""
    from synthetic_assets import write_tddfa_v3

    folder = tmp_path_factory.mktemp("tddfa_v3")
    yield write_tddfa_v3(folder / "assets", shared)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def trg_assets(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder like a checkout of TRG, with one of its two networks; not to be changed by tests."""
    from synthetic_assets import TRG_WEIGHTS, write_trg

    folder = tmp_path_factory.mktemp("trg")
    yield write_trg(folder / "TRG-Release", shared, weights=TRG_WEIGHTS[:1])
    shutil.rmtree(folder)


@pytest.fixture
def sample_photo() -> Path:
    """The shipped portrait: a photo with one face."""
    return Path(__file__).resolve().parents[1] / "resources" / "sample.jpg"


@pytest.fixture
def album(tmp_path: Path, sample_photo: Path) -> Callable[..., list[Path]]:
    """A function that makes copies of the portrait under the given names, all with contents of their own."""

    def make(*names: str) -> list[Path]:
        paths = [tmp_path / "album" / name for name in names]
        for number, path in enumerate(paths):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sample_photo.read_bytes() + b"%d" % number)  # decoders stop before the surplus
        return paths

    return make


@pytest.fixture
def fake() -> EngineSpec:
    """The engine of ``fake_engine``, made known as "fake"."""
    register_fake()
    return FAKE
