"""Questions to the index of FFHQ-UV's maps, without the window."""

from __future__ import annotations

import numpy as np
from ffhq_uv_factory import LIGHT, project_files, write_project, write_set

from faceviewer.app.uv_maps_work import describe, light_for
from faceviewer.datasets.ffhq_uv.index import open_index
from faceviewer.types import CancelToken


def test_a_map_is_worn_in_the_light_of_its_own_face(tmp_path, monkeypatch):
    """Maps of two parts have one name, and the project's numbers are those of one of them alone."""
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    write_set(tmp_path / "dataset", [1])
    write_set(tmp_path / "dataset", [1], name="mine", meta=False)
    write_project(tmp_path / "dataset" / "dataset_project", project_files([1]))
    index = open_index(tmp_path / "dataset", lambda _: None, CancelToken())
    published, mine = index.named("00001")
    assert (published.part, mine.part) == ("ffhq-uv", "mine")
    assert light_for(index, published) is None and np.array_equal(light_for(index, mine), LIGHT)
    for entry in (published, mine):
        chosen = describe(index, entry.key)
        assert chosen is not None and (chosen.light is None) == (light_for(index, entry) is None)
