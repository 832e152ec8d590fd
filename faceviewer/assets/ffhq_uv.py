"""The files of FFHQ-UV (Bai et al., CVPR 2023), in the folders in which its authors offer them."""

from __future__ import annotations

import math

from faceviewer.assets import ffhq_uv_layouts as layouts
from faceviewer.assets import stylegan2_layouts
from faceviewer.assets.ffhq_uv_names import (
    ALBEDO,
    ALIGNMENT,
    ARCFACE,
    DEEP3D,
    DIRECTION,
    DLIB,
    DPR,
    E4E,
    EXPRESSION,
    EXPRESSIONS,
    EYEBALL_TEXTURE,
    EYEBALL_VERTICES,
    EYEBALLS,
    FACE_SQUARES,
    FACE_TRIANGLES,
    IDENTITY,
    LANDMARKS,
    MASKS,
    MEAN_FACE,
    MODEL,
    MTCNN,
    PARSING,
    RESNET18,
    SIDE,
    STYLEFLOW,
    STYLEGAN2,
    TEMPLATE,
    TEXTURES,
    TRIANGLES,
    UNWRAP_INFO,
    UV_VERTICES,
    VERTICES,
    VGG16,
)
from faceviewer.assets.packs import (
    ArrayDict,
    ArraySpec,
    AssetFile,
    AssetPack,
    Capability,
    Content,
    Foreign,
    ObjFile,
    OneTensor,
    Origin,
    SquarePng,
    StateDict,
)

_MEGABYTE = 1 << 20
_PAGE = "https://github.com/csbhr/FFHQ-UV"
_FFHQ_UV = Origin("FFHQ-UV", _PAGE, "code MIT; the data set for research")
_HIFI3D = Origin("HiFi3D++ / REALY", "https://github.com/czh-98/REALY", "its own agreement, no redistribution")
_DEEP3D = Origin("Deep3DFaceRecon", "https://github.com/sicxu/Deep3DFaceRecon_pytorch", "code MIT")
_NVIDIA = Origin("StyleGAN2", "https://github.com/NVlabs/stylegan2", "NVIDIA Source Code License-NC: not commercial")
_INSIGHTFACE = Origin("InsightFace", "https://github.com/deepinsight/insightface", "for research, not commercial")
_PARSING = Origin("face-parsing.PyTorch", "https://github.com/zllrunning/face-parsing.PyTorch", "code MIT")
_E4E = Origin("encoder4editing", "https://github.com/omertov/encoder4editing", "code MIT")
_DPR = Origin("DPR", "https://github.com/zhhoper/DPR", "see its page")
_STYLEFLOW = Origin("StyleFlow", "https://github.com/RameenAbdal/StyleFlow", "see its page")
_EXPRESSIONS = Origin(
    "Facial-Expression-Recognition.Pytorch",
    "https://github.com/WuJie1010/Facial-Expression-Recognition.Pytorch",
    "code MIT",
)
_DLIB = Origin("dlib", "http://dlib.net/", "Boost; the file was trained on data that is not for commercial use")
_MTCNN = Origin("MTCNN", "https://github.com/ipazc/mtcnn", "code MIT")
_TORCHVISION = Origin("torchvision", "https://github.com/pytorch/vision", "BSD 3-Clause")

_MODEL = ArrayDict(
    "mat",
    (
        ArraySpec("meanshape", (1, 3 * VERTICES), "mean shape"),
        ArraySpec("meantex", (1, 3 * VERTICES), "mean colours"),
        ArraySpec("idBase", (3 * VERTICES, IDENTITY), "identity basis"),
        ArraySpec("exBase", (3 * VERTICES, EXPRESSION), "expression basis"),
        ArraySpec("texBase", (3 * VERTICES, ALBEDO), "colour basis"),
        ArraySpec("vtx_vt", (VERTICES, 2), "places in the layout"),
        ArraySpec("vt_list", (UV_VERTICES, 2), "texture coordinates"),
        ArraySpec("vt_vtx_idx", (UV_VERTICES, "*"), "vertex of each texture coordinate", top=VERTICES - 1),
        ArraySpec("tri", (FACE_TRIANGLES, 3), "triangles of the face, from 1", top=VERTICES),
        ArraySpec("head_tri", (TRIANGLES, 3), "triangles, from 1", top=VERTICES),
        ArraySpec("tri_vt", (FACE_TRIANGLES, 3), "layout of the face, from 1", top=UV_VERTICES),
        ArraySpec("head_tri_vt", (TRIANGLES, 3), "layout, from 1", top=UV_VERTICES),
        ArraySpec("keypoints", ("*", "*"), "vertices of the 68 landmarks, from 1", top=VERTICES),
        ArraySpec("point_buf", (VERTICES, 8), "triangles around each vertex, from 1", top=TRIANGLES + 1),
        ArraySpec("skinmask", ("*", "*"), "vertices of the skin"),
    ),
)
_UNWRAP = ArrayDict(
    "mat",
    (
        ArraySpec("uv_idx_v_idx", (SIDE, SIDE, 3), "vertices of each texel", top=VERTICES - 1),
        ArraySpec("uv_idx_bw", (SIDE, SIDE, 3), "weights of each texel"),
    ),
)


def _file(
    name: str, purpose: str, content: Content, megabytes: tuple[float, float], *origins: Origin, needed: bool = False
) -> AssetFile:
    low, high = megabytes
    return AssetFile(name, purpose, needed, content, (int(low * _MEGABYTE), int(high * _MEGABYTE)), origins)


def _weights(name: str, purpose: str, content: StateDict, *origins: Origin) -> AssetFile:
    numbers = sum(math.prod(tensor.shape) for tensor in content.tensors)
    # half precision at the least; a training's file may hold the optimiser's numbers too, two for each weight
    return AssetFile(name, purpose, False, content, (2 * numbers, 16 * numbers + 4 * _MEGABYTE), origins)


_TOPOLOGY = (
    _file(
        MODEL,
        "The HiFi3D++ head: shape, colours, landmarks, texture layout",
        _MODEL,
        (200, 700),
        _HIFI3D,
        _FFHQ_UV,
        needed=True,
    ),
    _file(
        MEAN_FACE, "The mean head as a mesh to look at", ObjFile(VERTICES, polygons=True), (0.5, 64), _HIFI3D, _FFHQ_UV
    ),
    _file(
        ALIGNMENT,
        "Reference landmarks for aligning photos",
        ArrayDict("mat", (ArraySpec("lm", (68, 3), "landmarks"),)),
        (0, 1),
        _DEEP3D,
    ),
    _file(UNWRAP_INFO, "Which vertices each texel mixes; otherwise drawn anew", _UNWRAP, (1, 128), _FFHQ_UV),
    _file(TEMPLATE, "Colours for what no photo shows", SquarePng(SIDE, grey=False), (0, 32), _FFHQ_UV),
    *(_file(path, what, SquarePng(SIDE, grey=True), (0, 32), _FFHQ_UV) for path, what in MASKS.items()),
)
_CHECKPOINTS = (
    _weights(
        DEEP3D,
        "Network that reads the head's coefficients from a photo",
        StateDict("coefficient network", layouts.deep3d(), "net_recon"),
        _FFHQ_UV,
    ),
    _weights(PARSING, "Network that parses faces into skin, eyes, lips, hair",
             StateDict("parsing network", layouts.bisenet()), _PARSING),
    _weights(RESNET18, "Start of the parsing network's training; not needed",
             StateDict("ImageNet ResNet-18", layouts.resnet18_imagenet()), _TORCHVISION),
    _file(MTCNN, "Finds faces and five points; otherwise faceviewer's own",
          Foreign("graph of TensorFlow", b"\n"), (0.1, 64), _MTCNN),
    _file(LANDMARKS, "Finds the 68 points; otherwise faceviewer's own", Foreign("graph of TensorFlow", b"\n"),
          (0.5, 1024), _DEEP3D),
    _weights(ARCFACE, "Recognises people: keeps the fitted face like the photo's",
             StateDict("recognition network", layouts.arcface_r50(), any_float=True), _INSIGHTFACE),
    _file(VGG16, "Compares pictures as people do: keeps the fitted texture like the photo",
          Foreign("program of TorchScript", b"PK\x03\x04"), (10, 1200), _NVIDIA),
    _weights(TEXTURES, "Makes UV maps from style codes",
             StateDict("texture generator", stylegan2_layouts.texture_generator()), _FFHQ_UV, _NVIDIA),
    _weights(FACE_SQUARES, "The same for the facial square alone, enlarged",
             StateDict("texture generator", stylegan2_layouts.texture_generator()), _FFHQ_UV, _NVIDIA),
    _file(STYLEGAN2, "Makes portraits from style codes", Foreign("pickle of StyleGAN2", b"\x80"), (100, 1024), _NVIDIA),
    _weights(E4E, "Finds a portrait's style code", StateDict("encoder e4e", stylegan2_layouts.e4e(), "state_dict"),
             _E4E, _NVIDIA),
    _file(DLIB, "Finds the 68 points that portraits are cut out by", Foreign("shape predictor of dlib"), (10, 256),
          _DLIB),
    _weights(DPR, "Reads a portrait's light", StateDict("light network", layouts.dpr()), _DPR),
    _weights(STYLEFLOW, "Changes light, pose and age in style codes", StateDict("StyleFlow", layouts.styleflow()),
             _STYLEFLOW),
    _file(DIRECTION, "The way from a smile to rest in style codes", OneTensor((1, 512)), (0.001, 1), _FFHQ_UV),
    _weights(EXPRESSIONS, "Recognises seven expressions",
             StateDict("expression network", layouts.expression(), "net"), _EXPRESSIONS),
)  # fmt: skip
_EYES = (
    *(
        _file(path, f"{side} eyeball", ObjFile(EYEBALL_VERTICES, polygons=True), (0.01, 4), _FFHQ_UV)
        for path, side in zip(EYEBALLS, ("Left", "Right"), strict=True)
    ),
    _file(EYEBALL_TEXTURE, "Colours of the eyeballs", SquarePng(SIDE, grey=False), (0, 32), _FFHQ_UV),
)
_READING = (MODEL, ALIGNMENT, DEEP3D)

FFHQ_UV = AssetPack(
    "ffhq-uv",
    "FFHQ-UV",
    _PAGE,
    "Networks and head come from several projects, most of them for research only; faceviewer ships none of them.",
    (*_TOPOLOGY, *_CHECKPOINTS, *_EYES),
    (
        Capability("mean-head", "View the mean HiFi3D++ head", (MEAN_FACE,)),
        Capability("sliders", "Change shape and expression of HiFi3D++ heads", (MODEL,)),
        Capability("eyeballs", "Add eyeballs to a HiFi3D++ head", EYEBALLS),
    ),
)
