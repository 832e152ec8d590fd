"""Equality with TRG's own network, every round of it, on weights that both fill by the same recipes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from parity import Array, Reference
from synthetic_assets import trg_weights
from torch import Tensor

from faceviewer.io.safe_load import load_npz
from faceviewer.networks.inference import exact, for_inference
from faceviewer.networks.trg import Trg, TrgOutput, Views

TOLERANCES = {"pred_pose": 1e-4, "pred_face_world": 1e-4, "pred_face_cam": 1e-4, "pred_cor_param": 1e-4}


@pytest.fixture
def trg(shared: Path, request: pytest.FixtureRequest) -> Reference:
    torch.set_num_threads(1)
    return Reference(shared, request.node.user_properties, "trg")


@pytest.fixture(scope="module")
def constants(shared: Path) -> dict[str, Array]:
    return load_npz(shared / "data" / "trg" / "trg_constants.npz")


@pytest.fixture
def subset(constants: dict[str, Array]) -> Tensor:
    return torch.as_tensor(constants["sub_1220_to_305"].astype(np.int64))


@pytest.fixture(scope="module")
def physical(shared: Path, constants: dict[str, Array]) -> dict[str, Tensor]:
    return trg_weights(shared, constants)


def network_of(weights: dict[str, Tensor]) -> Trg:
    network = Trg()
    network.load_state_dict({key: value.clone() for key, value in weights.items()})
    return network.eval()


def crops() -> Tensor:
    return torch.from_numpy(np.random.default_rng(100).standard_normal((2, 3, 192, 192)).astype(np.float32))


def views_of(vectors: dict[str, Array]) -> Views:
    """From the published row form: left, top, right, bottom, focal, height, width, and (B, 4, 3) cameras."""
    known = torch.from_numpy(vectors["bbox_info"])
    K = torch.from_numpy(vectors["K_crop"][:, :3].transpose(0, 2, 1).copy())
    return Views(known[:, :4], known[:, [6, 5]], known[:, 4], K)


def feature_maps(network: Trg, x: Tensor) -> list[Array]:
    """Thinned out as the vectors are."""
    maps = [network.feature_extractor(x)]
    for number in range(3):
        maps.append(network.deconv_layers[3 * number : 3 * number + 3](maps[-1]))
    steps = (1, 2, 4, 8)
    return [each[:, ::32, ::step, ::step].numpy() for each, step in zip(maps, steps, strict=True)]


def compare(trg: Reference, output: TrgOutput, vectors: dict[str, Array], name: str) -> None:
    assert len(output.states) == 4 and len(output.samples_px) == 2 and output.landmarks is not None
    for number, state in enumerate(output.states[1:], 1):
        got = {
            "pred_pose": state.pose9,
            "pred_face_world": state.mesh,
            "pred_face_cam": state.mesh_camera,
            "pred_cor_param": state.correction,
        }
        for part, tolerance in TOLERANCES.items():
            trg.close(f"{name} round {number} {part}", got[part], vectors[f"it{number}_{part}"], tolerance)
        rows = vectors[f"it{number}_pred_R_t"]
        trg.close(f"{name} round {number} R", state.R.transpose(1, 2), rows[:, :3, :3], 1e-4)
        trg.close(f"{name} round {number} t (m)", state.t, rows[:, 3, :3], 1e-4)
    for number, points in enumerate(output.samples_px, 2):
        trg.close(f"{name} samples {number} (px)", points, vectors[f"samp_pt_it{number}"], 0.01)
    trg.close(f"{name} landmarks", output.landmarks, vectors["pred_lmk68"], 1e-4)


def test_keys_shapes_types_and_their_order(trg: Reference) -> None:
    with torch.device("meta"):
        state = Trg().state_dict()
    ours = [[key, list(value.shape), str(value.dtype).removeprefix("torch.")] for key, value in state.items()]
    assert ours == json.loads((trg.folder / "keys_trg.json").read_text()) and len(ours) == 189


def test_what_is_built_is_shared_by_nobody() -> None:
    """The published network's three starts share their memory, so that loading one overwrites the others."""
    buffers = [buffer.data_ptr() for buffer in Trg().buffers()]
    assert len(set(buffers)) == len(buffers)


def test_the_grid_of_the_first_round(constants: dict[str, Array]) -> None:
    np.testing.assert_allclose(Trg().points_grid.numpy(), constants["points_grid"], atol=1e-7)


@pytest.mark.parametrize("folded", [False, True], ids=["published layers", "as it is run"])
def test_plausible_weights(trg: Reference, physical: dict[str, Tensor], subset: Tensor, folded: bool) -> None:
    vectors = trg.load("network_physical.npz")
    network = network_of(physical)
    x = crops()
    np.testing.assert_array_equal(x[:, :, ::48, ::48].numpy(), vectors["img_probe"])
    with exact():
        maps = feature_maps(network, x)
        if folded:
            network = for_inference(network, "cpu")
        output = network(x, views_of(vectors), subset, landmarks=True)
    compare(trg, output, vectors, "folded" if folded else "layers")
    if not folded:
        for number, got in enumerate(maps):
            trg.close(f"feature map {number}", got, vectors[f"feat{number}"], 1e-4, relative=True)


def test_random_weights(trg: Reference, subset: Tensor) -> None:
    """Values are huge, and every point of the mesh lies outside of the map: layers are compared, not sampling."""
    vectors = trg.load("network_raw.npz")
    network = trg.filled(Trg()).eval()
    assert isinstance(network, Trg)
    with exact():
        for number, got in enumerate(feature_maps(network, crops())):
            trg.close(f"raw feature map {number}", got, vectors[f"feat{number}"], 1e-4, relative=True)
        output = network(crops(), views_of(vectors), subset, landmarks=True)
    for number, state in enumerate(output.states[1:], 1):
        trg.close(f"raw round {number}", state.pose9, vectors[f"it{number}_pred_pose"], 1e-4, relative=True)
    first = output.states[1]
    rows = vectors["it1_pred_R_t"]
    trg.close("raw R", first.R.transpose(1, 2), rows[:, :3, :3], 1e-4)
    trg.close("raw t", first.t, rows[:, 3, :3], 1e-4, relative=True)
    trg.close("raw correction", first.correction, vectors["it1_pred_cor_param"], 1e-4, relative=True)
    trg.close("raw mesh", first.mesh[:, ::20], vectors["it1_pred_face_world_sub20"], 1e-4, relative=True)
    trg.close("raw landmarks", output.landmarks, vectors["pred_lmk68"], 1e-4)


def test_a_batch_of_three_is_three_single_ones(physical: dict[str, Tensor], subset: Tensor, trg: Reference) -> None:
    """A cross product without an axis takes the first of length 3, which is the batch then."""
    vectors = trg.load("network_physical.npz")
    network, x = network_of(physical), crops()
    x = torch.cat([x, x[:1].flip(3)])
    views = views_of({name: np.concatenate([vectors[name], vectors[name][:1]]) for name in ("bbox_info", "K_crop")})
    with exact():
        together = network(x, views, subset).states[-1]
        for row in range(3):
            one = Views(*(values[row : row + 1] for values in vars(views).values()))
            alone = network(x[row : row + 1], one, subset).states[-1]
            torch.testing.assert_close(together.R[row], alone.R[0], rtol=0, atol=2e-5)
            torch.testing.assert_close(together.mesh_camera[row], alone.mesh_camera[0], rtol=0, atol=2e-5)


def test_without_landmarks_there_are_none(physical: dict[str, Tensor], subset: Tensor, trg: Reference) -> None:
    vectors = trg.load("network_physical.npz")
    with exact():
        assert network_of(physical)(crops(), views_of(vectors), subset).landmarks is None
