"""Help > Conventions: frames, signs, units and landmark sets in words; the dialog adds the drawings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Diagram = Literal["head frame", "camera frame", "image", "uv", "angles", "scale", "68", "106", "134", "478"]


@dataclass(frozen=True)
class Topic:
    """One page."""

    title: str
    paragraphs: tuple[str, ...]
    diagrams: tuple[Diagram, ...] = ()


TOPICS: tuple[Topic, ...] = (
    Topic(
        "Head frame",
        (
            "Meshes, landmarks in 3D and measurements use the head frame: millimetres, with the origin midway between "
            "the eyeballs.",
            "x to the subject's left, which is the right of the picture in a frontal photo; y up; z out of the face.",
            "Left and right are always the subject's, as in anatomy: the left eye is on the right of the picture.",
        ),
        ("head frame",),
    ),
    Topic(
        "Camera",
        (
            "The camera frame is OpenCV's: x right, y down, z forward, in millimetres from the camera's centre.",
            "x_camera = R_camera_head @ x_head + t_camera_head, and pixels follow by K, the 3 × 3 camera matrix. There "
            "is no lens distortion.",
            "The focal length comes from the photo's EXIF data when there is some, and is estimated otherwise.",
        ),
        ("camera frame",),
    ),
    Topic(
        "Pixels",
        (
            "(0, 0) is the top-left corner of the top-left pixel, whose centre is (0.5, 0.5). x runs right, y down.",
            "Photos are turned upright by their EXIF orientation first; all coordinates refer to the upright photo.",
            'Colours are sRGB with 8 bits per channel. The display mode "Texture, true colours" shows the '
            "texture's values unchanged, without light.",
        ),
        ("image",),
    ),
    Topic(
        "Texture",
        (
            "UV coordinates have their origin bottom-left and v up; row 0 of a texture is v = 1.",
            "Every texel knows where it comes from: the photo, the mirrored other side of the face, or the model, "
            "where the photo shows neither.",
        ),
        ("uv",),
    ),
    Topic(
        "Yaw, pitch and roll",
        (
            "Degrees, with the signs and the order of AFLW2000-3D's Pose_Para. All three are 0 for a head that looks "
            "straight into the camera.",
            "Positive yaw turns the nose to the left of the picture. Positive pitch raises the chin. Positive roll "
            "leans the top of the head to the right of the picture.",
            "Beyond 90 degrees of yaw the three angles no longer describe the head uniquely; the rotation matrix in "
            "the JSON always does.",
        ),
        ("angles",),
    ),
    Topic(
        "Scale and accuracy",
        (
            "A photo has no scale: a large head far away and a small one nearby give the same picture. Metric size "
            'assumes the model\'s mean head, so read millimetres as "on a head of average size". Ratios and angles do '
            "not depend on it.",
            "What the photo does not show, the back of the head above all, is the model's best guess.",
            "GLB files are in metres, OBJ and PLY files in millimetres; a comment in the file says so. Vertex i of an "
            "OBJ is vertex i of the model.",
        ),
        ("scale",),
    ),
    Topic(
        "Landmark sets",
        (
            "68: the points of iBUG 300-W, which most face data sets use. 106: in the manner of LaPa, with more of the "
            "eyebrows and the eyes. 134: dense contours in an order of our own. 478: MediaPipe's mesh and irises.",
            "The numbers count from 0. In pictures the subject's right comes first. All points lie on the fitted mesh; "
            "their photo pixels are its projection. The sets 68_2d and 106_2d of the JSON follow the outline of the "
            "face that the photo shows instead, where the jaw turns out of sight.",
        ),
        ("68", "106", "134", "478"),
    ),
    Topic(
        "Coefficients",
        (
            "Shape sliders count in standard deviations: most people lie between -2 and 2.",
            "The 52 expressions are ARKit's, from 0 for none to 1 for full. The bars of detected blendshapes show what "
            'the network saw in the photo, with "_neutral" in the place of "tongueOut".',
        ),
    ),
)
