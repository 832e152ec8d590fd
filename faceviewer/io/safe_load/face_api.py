"""Answers of the Microsoft Face API as its Python package pickles them, read without that package.

The classes of the answer become dicts of what their objects hold, and its enumerations the text or number that they
stand for. Nothing else is known here: any other global ends the reading.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from faceviewer.io.safe_load.files import read_bounded
from faceviewer.io.safe_load.pickle_machine import Inert, PickleMachine, PickleRefused
from faceviewer.io.safe_load.plain import plain
from faceviewer.types import FaceviewerError

MAX_BYTES = 1 << 20
"""Of one answer; the data set's have a few kilobytes."""
_MODELS = "azure.cognitiveservices.vision.face.models"
_CLASSES = (
    "Accessory", "Blur", "Coordinate", "DetectedFace", "Emotion", "Exposure", "FaceAttributes", "FaceLandmarks",
    "FaceRectangle", "FacialHair", "Hair", "HairColor", "HeadPose", "Makeup", "Mask", "Noise", "Occlusion",
)  # fmt: skip
_ENUMERATIONS = (
    "AccessoryType", "BlurLevel", "ExposureLevel", "Gender", "GlassesType", "HairColorType", "MaskType", "NoiseLevel",
    "QualityForRecognition",
)  # fmt: skip


class _Record(dict, Inert):
    """An object of one of the classes: a dict that is given its content once, as a state."""

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, dict) or self:
            raise PickleRefused("gives an object something else than its attributes")
        if not all(type(name) is str for name in state):
            raise PickleRefused("has an object whose attributes have no names")
        # the package's own bookkeeping, empty unless the service answered what the package did not know
        self.update({name: value for name, value in state.items() if name != "additional_properties" or value})


class _RecordClass:
    """A class of the answer. Pickles make objects of it by NEWOBJ; calling it is not needed."""

    def __call__(self, *unused: object) -> Any:
        raise PickleRefused("calls a class in place of making an object")

    def new(self, arguments: object) -> _Record:
        if arguments != ():
            raise PickleRefused("makes an object with arguments")
        return _Record()


def _value(*arguments: object) -> str | int:
    match arguments:
        case (str() | int() as value,):
            return value
    raise PickleRefused("has a choice that is neither text nor a number")


FACE_API_SYMBOLS: dict[str, Callable[..., Any]] = {
    **{f"{_MODELS}.{module}.{name}": _RecordClass() for module in ("_models_py3", "_models") for name in _CLASSES},
    **{f"{_MODELS}._face_client_enums.{name}": _value for name in _ENUMERATIONS},
}
"""Full name -> stand-in, for ``PickleMachine``."""


def load_face_api(path: Path) -> dict[str, Any]:
    """The answer for one face as nested dicts, lists, text and numbers.

    Raises FaceviewerError when the file is missing, too large, damaged, no such answer, or asks for anything but the
    classes of one; the sentence names it, and nothing of it has run.
    """
    return parse_face_api(read_bounded(path, MAX_BYTES), str(path))


def parse_face_api(data: bytes, where: str) -> dict[str, Any]:
    """As ``load_face_api``, from bytes; ``where`` names them in errors."""
    if len(data) > MAX_BYTES:
        raise FaceviewerError(f"{where}: has {len(data)} bytes, more than the limit of {MAX_BYTES}")
    try:
        made = PickleMachine(FACE_API_SYMBOLS, new_object=_new_object).read(BytesIO(data))
        value = plain(made, len(data), 0)
    except PickleRefused as error:
        raise FaceviewerError(f"{where}: refused, it {error}") from None
    if isinstance(value, list) and len(value) == 1:  # of a photo with one face
        value = value[0]
    if not isinstance(value, dict):
        raise FaceviewerError(f"{where}: not an answer of the Face API")
    return value


def _new_object(cls: object, arguments: object) -> _Record:
    if not isinstance(cls, _RecordClass):
        raise PickleRefused("uses the instruction NEWOBJ for what is not a class of an answer")
    return cls.new(arguments)
