"""The files of TRG (Chun and Chang, ECCV 2024): its checkpoints, and the small files of its repository."""

from __future__ import annotations

import math

from faceviewer.assets.packs import ArrayDict, ArraySpec, AssetFile, AssetPack, Capability, OneArray, Origin, StateDict
from faceviewer.assets.trg_layout import LANDMARKS, SUBSET, VERTICES, trg

TRIANGLES, UV_VERTICES = 2304, 1279

BOTH_SETS = "checkpoint/trg_240717/checkpoint-30/state_dict.bin"
ARKITFACE = "checkpoint/trg_single_240717/checkpoint-30/state_dict.bin"
SUBSAMPLE, TRIANGLE_LIST, KEYPOINTS = "arkit_subsample.pkl", "triangles.npy", "kpt_ind.npy"
UV = "uv_coords_std_202109.npy"
CONSTANTS = "trg_constants.npz"
SUBSET_KEY = "1220_to_305"

_MEGABYTE = 1 << 20
_PAGE = "https://github.com/asw91666/TRG-Release"
_TRG = Origin("TRG", _PAGE, "MIT")
_ARKITFACE = Origin(
    "ARKitFace / 6dof_face", "https://github.com/cbsropenproject/6dof_face", "the data set on signed agreement"
)
_WEIGHTS = StateDict("TRG network", trg(), may_be_wrapped_in="state_dict", strip="module.", any_float=True)
_NUMBERS = sum(math.prod(tensor.shape) for tensor in _WEIGHTS.tensors)

_SUBSET = ArraySpec(SUBSET_KEY, (SUBSET,), "vertices whose features are looked at", top=VERTICES - 1)
_TRIANGLES = ArraySpec("triangles", (TRIANGLES, 3), "vertices of the triangles", top=VERTICES - 1)
_KEYPOINTS = ArraySpec("kpt_ind", (LANDMARKS,), "vertices of the 68 landmarks", top=VERTICES - 1)
_UV = ArraySpec("uv_coords", (UV_VERTICES, 2), "texture coordinates")


def _weights(name: str, trained_on: str) -> AssetFile:
    # half precision at the least
    size = (2 * _NUMBERS, 4 * _NUMBERS + 4 * _MEGABYTE)
    return AssetFile(name, f"Network that finds head and face, trained on {trained_on}", False, _WEIGHTS, size, (_TRG,))


_FILES = (
    _weights(BOTH_SETS, "ARKitFace and 300W-LP (TRG* of the paper)"),
    _weights(ARKITFACE, "ARKitFace alone (TRG of the paper)"),
    AssetFile(
        SUBSAMPLE,
        "Which 305 of the 1220 vertices the network looks at",
        True,
        ArrayDict("pickle", (_SUBSET,)),
        (400, 4 * _MEGABYTE),
        (_TRG,),
    ),
    AssetFile(
        TRIANGLE_LIST,
        "The face's triangles",
        True,
        OneArray(_TRIANGLES),
        (6 * TRIANGLES, _MEGABYTE),
        (_TRG, _ARKITFACE),
    ),
    AssetFile(
        KEYPOINTS,
        "Where the 68 landmarks lie on the face",
        True,
        OneArray(_KEYPOINTS),
        (200, _MEGABYTE),
        (_TRG, _ARKITFACE),
    ),
    AssetFile(
        UV,
        "Texture coordinates; without them the head has no texture",
        False,
        OneArray(_UV),
        (8 * UV_VERTICES, _MEGABYTE),
        (_TRG, _ARKITFACE),
    ),
    AssetFile(
        CONSTANTS,
        "The four small files in one, which needs no pickle; takes their place",
        False,
        ArrayDict(
            "npz",
            (
                ArraySpec("sub_1220_to_305", (SUBSET,), _SUBSET.meaning, top=VERTICES - 1),
                _TRIANGLES,
                ArraySpec("kpt68", (LANDMARKS,), _KEYPOINTS.meaning, top=VERTICES - 1),
                ArraySpec("uv_1220", (VERTICES, 2), _UV.meaning),
            ),
        ),
        (4096, 4 * _MEGABYTE),
        (_TRG, _ARKITFACE),
        stands_for=(SUBSAMPLE, TRIANGLE_LIST, KEYPOINTS, UV),
    ),
)
_SMALL = (SUBSAMPLE, TRIANGLE_LIST, KEYPOINTS)

TRG = AssetPack(
    "trg",
    "TRG",
    _PAGE,
    "Code and weights are offered under MIT; they were trained on data that is for research only.",
    _FILES,
    (
        Capability("trg", "Head pose and face of photos, trained on two sets (TRG*)", (BOTH_SETS, *_SMALL)),
        Capability("trg-single", "Head pose and face of photos, trained on ARKitFace (TRG)", (ARKITFACE, *_SMALL)),
        Capability("texture", "Faces with texture coordinates", (UV,)),
    ),
    also_in=("data", "npy"),
)
