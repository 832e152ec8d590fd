"""Colours that carry data, the same in dark and light: sRGB, 0 to 255. The chrome takes its colours from Qt."""

from __future__ import annotations

from types import MappingProxyType

from faceviewer.types import Origin

RGB = tuple[int, int, int]

PART_COLORS: MappingProxyType[str, RGB] = MappingProxyType(
    {
        "right_eye": (66, 133, 244),
        "left_eye": (38, 198, 218),
        "right_eyebrow": (171, 71, 188),
        "left_eyebrow": (126, 87, 194),
        "nose": (255, 193, 7),
        "up_lip": (239, 83, 80),
        "down_lip": (240, 98, 146),
        "skin": (129, 199, 132),
    }
)
"""The subject's right and left are told apart by hue."""

ORIGIN_COLORS: MappingProxyType[Origin, RGB] = MappingProxyType(
    {
        Origin.EMPTY: (30, 30, 34),
        Origin.PHOTO: (76, 175, 80),
        Origin.MIRRORED: (255, 193, 7),
        Origin.MODEL: (66, 133, 244),
    }
)
"""As in the origin pictures that exports write."""

LANDMARK_GROUP_COLORS: MappingProxyType[str, RGB] = MappingProxyType(
    {
        "jaw": (144, 164, 174),
        "right eyebrow": (171, 71, 188),
        "left eyebrow": (126, 87, 194),
        "nose": (255, 193, 7),
        "right eye": (66, 133, 244),
        "left eye": (38, 198, 218),
        "lips": (239, 83, 80),
        "iris": (255, 255, 255),
        "face": (129, 199, 132),
    }
)
SELECTION_COLOR: RGB = (255, 112, 0)
HOVER_COLOR: RGB = (255, 235, 59)
FACE_BOX_COLOR: RGB = (0, 188, 212)
AXIS_COLORS: tuple[RGB, RGB, RGB] = ((229, 57, 53), (67, 160, 71), (30, 136, 229))
"""x (to the subject's left), y (up), z (out of the face)."""
MESH_GREY: RGB = (200, 200, 204)
