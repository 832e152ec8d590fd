"""Photos to faces: boxes, 478 landmarks with visibility, 52 blendshapes."""

from faceviewer.detection.face_detector import FaceDetector
from faceviewer.detection.tracker import FaceTracker
from faceviewer.types import BLENDSHAPE_NAMES

__all__ = ["BLENDSHAPE_NAMES", "FaceDetector", "FaceTracker"]
