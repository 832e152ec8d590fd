"""The files of 3DDFA-V3 (Wang et al., CVPR 2024) as its authors offer them."""

from __future__ import annotations

from faceviewer.assets import layouts
from faceviewer.assets.packs import (
    ArrayDict,
    ArraySpec,
    AssetFile,
    AssetPack,
    Capability,
    IndexMap,
    ObjFile,
    Origin,
    StateDict,
    TensorSpec,
)

VERTICES = 35709
IDENTITY, EXPRESSION, ALBEDO = 80, 64, 80
PARTS, PROFILE_LINES = 8, 33

FACE_MODEL = "face_model.npy"
RESNET50 = "net_recon.pth"
MOBILENET_V3 = "net_recon_mbnet.pth"
LARGE_BASE = "large_base_net.pth"
RETINAFACE = "retinaface_resnet50_2020-07-20_old_torch.pth"
ALIGNMENT = "similarity_Lm3D_all.mat"
INDEX_MAPS = ((38365, 35709), (53215, 35709), (53215, 38365), (53490, 35709))
"""Vertices of the larger and the smaller mesh of each file of correspondences."""
MEAN_SHAPES = {
    "68ldms": "the 68 landmarks",
    "106ldms": "the 106 landmarks",
    "134ldms": "the 134 landmarks",
    "parallel": "the profile lines",
    "seg": "the face parts",
}
"""Part of a file's name -> what it pictures."""

_MEGABYTE = 1 << 20
_PAGE = "https://huggingface.co/datasets/Zidu-Wang/3DDFA-V3/tree/main/assets"

_TDDFA_V3 = Origin("3DDFA-V3", "https://github.com/wang-zidu/3DDFA-V3", "code MIT")
_BFM = Origin(
    "Basel Face Model",
    "https://faces.dmi.unibas.ch/bfm/main.php?nav=1-0&id=basel_face_model",
    "its own terms: research, no redistribution",
)
_EXPRESSIONS = Origin("3DFace expression basis", "https://github.com/Juyong/3DFace", "see its page")
_DEEP3D = Origin("Deep3DFaceRecon", "https://github.com/sicxu/Deep3DFaceRecon_pytorch", "code MIT")
_HRN = Origin("HRN", "https://github.com/youngLBW/HRN", "see its page")
_RETINAFACE = Origin("RetinaFace", "https://github.com/biubug6/Pytorch_Retinaface", "see its page")

_FACE_MODEL = ArrayDict(
    "npy",
    (
        ArraySpec("u", (3 * VERTICES, 1), "mean shape"),
        ArraySpec("id", (3 * VERTICES, IDENTITY), "identity basis"),
        ArraySpec("exp", (3 * VERTICES, EXPRESSION), "expression basis"),
        ArraySpec("u_alb", (3 * VERTICES, 1), "mean albedo"),
        ArraySpec("alb", (3 * VERTICES, ALBEDO), "albedo basis"),
        ArraySpec("tri", ("F", 3), "triangles", top=VERTICES - 1),
        ArraySpec("point_buf", (VERTICES, 8), "triangles around each vertex", top="F"),
        ArraySpec("uv_coords", (VERTICES, "C"), "texture coordinates"),
        ArraySpec("ldm68", (68,), "vertices of the 68 landmarks", top=VERTICES - 1),
        ArraySpec("ldm106", (106,), "vertices of the 106 landmarks", top=VERTICES - 1),
        ArraySpec("ldm134", (134,), "vertices of the 134 landmarks", top=VERTICES - 1),
        ArraySpec("annotation", ("*",), "vertices of the face parts", top=VERTICES - 1, count=PARTS),
        ArraySpec("annotation_tri", ("*", 3), "triangles of the face parts", top=VERTICES - 1, count=PARTS),
        ArraySpec("parallel", ("*",), "vertices of the profile lines", top=VERTICES - 1, count=PROFILE_LINES),
    ),
)


def _weights(
    name: str, purpose: str, content: StateDict, origins: tuple[Origin, ...], *, needed: bool = False
) -> AssetFile:
    size = sum(_nbytes(tensor) for tensor in content.tensors)
    # checkpoints of a training may hold the optimiser's numbers too, two for each weight
    return AssetFile(name, purpose, needed, content, (size, 4 * size + _MEGABYTE), origins)


def _nbytes(tensor: TensorSpec) -> int:
    count = 1
    for length in tensor.shape:
        count *= length
    return count * (8 if tensor.dtype == "int64" else 4)


def _index_map(larger: int, smaller: int) -> AssetFile:
    return AssetFile(
        f"indices_{larger}_{smaller}.npy",
        f"Correspondence of the BFM meshes with {larger} and {smaller} vertices",
        False,
        IndexMap(larger, smaller),
        (2 * smaller, 16 * larger + _MEGABYTE),
        (_TDDFA_V3, _BFM),
    )


def _mean_shape(name: str) -> AssetFile:
    purpose = f"Picture of {MEAN_SHAPES[name]} on the mean face, as a mesh"
    return AssetFile(
        f"meanshape-{name}.obj", purpose, False, ObjFile(VERTICES), (1024, 64 * _MEGABYTE), (_TDDFA_V3, _BFM)
    )


_FILES = (
    AssetFile(
        FACE_MODEL,
        "The face model: shape, albedo, landmarks, parts",
        True,
        _FACE_MODEL,
        (60 * _MEGABYTE, 512 * _MEGABYTE),
        (_TDDFA_V3, _BFM, _EXPRESSIONS, _DEEP3D),
    ),
    _weights(
        RESNET50,
        "Network that reads the face model's coefficients from a crop: ResNet-50",
        StateDict("ResNet-50 backbone", layouts.resnet50_regressor(), "net_recon"),
        (_TDDFA_V3,),
        needed=True,
    ),
    _weights(
        MOBILENET_V3,
        "The same, smaller and faster: MobileNet-V3",
        StateDict("MobileNet-V3 backbone", layouts.mobilenet_v3_regressor(), "net_recon"),
        (_TDDFA_V3,),
    ),
    _weights(
        RETINAFACE,
        "Finds faces: RetinaFace. Without it faceviewer's own search is used",
        StateDict("RetinaFace detector", layouts.retinaface_resnet50()),
        (_RETINAFACE, _HRN),
    ),
    _weights(
        LARGE_BASE,
        "Finds the 106 points that crops are aligned by. Without it faceviewer's own landmarks are used",
        StateDict("106-point network", layouts.large_base(), "state_dict", "module."),
        (_HRN,),
    ),
    AssetFile(
        ALIGNMENT,
        "Reference landmarks for aligning crops; without it only crops of 224 x 224 can be used",
        True,
        ArrayDict("mat", (ArraySpec("lm", (68, 3), "landmarks"),)),
        (256, _MEGABYTE),
        (_DEEP3D,),
    ),
    *(_index_map(larger, smaller) for larger, smaller in INDEX_MAPS),
    *(_mean_shape(name) for name in MEAN_SHAPES),
)

TDDFA_V3 = AssetPack(
    "3ddfa-v3",
    "3DDFA-V3",
    _PAGE,
    "The face model derives from the Basel Face Model: for research, not to be passed on; faceviewer ships none of it.",
    _FILES,
    (
        Capability("face-model", "View the face model, its landmarks and parts", (FACE_MODEL,)),
        Capability("resnet50", "Reconstruct crops with ResNet-50", (FACE_MODEL, RESNET50)),
        Capability("mbnetv3", "Reconstruct crops with MobileNet-V3, faster", (FACE_MODEL, MOBILENET_V3)),
        Capability("alignment", "Cut crops out of whole photos", (ALIGNMENT,)),
        Capability("retinaface", "Find faces as the published system does", (RETINAFACE,)),
        Capability("points-106", "Align crops as the published system does", (LARGE_BASE,)),
        *(
            Capability(
                f"topology-{larger}-{smaller}",
                f"Convert between meshes of {larger} and {smaller} vertices",
                (f"indices_{larger}_{smaller}.npy",),
            )
            for larger, smaller in INDEX_MAPS
        ),
        *(
            Capability(f"mean-shape-{name}", f"View {what} on the mean face", (f"meanshape-{name}.obj",))
            for name, what in MEAN_SHAPES.items()
        ),
    ),
)
