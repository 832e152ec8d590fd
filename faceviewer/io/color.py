"""Pictures of any Pillow mode to opaque 8-bit sRGB.

What happens to each kind:

* colour profiles (ICC) are applied by LittleCMS, relative colorimetric with black-point compensation; a profile that
  is broken or made for another kind of picture is left out, with a logged warning;
* transparency goes over neutral grey, after the colours are sRGB; hidden colours never show;
* 16-bit grey is divided by 257 and rounded; of 16-bit colour Pillow keeps the high byte, at most one level less;
* 32-bit integer and float grey is divided by the smallest of its usual full scales that holds all values;
* CMYK without a profile is multiplied out (Pillow already undoes Adobe's inverted JPEGs); Lab counts as D50.

The work goes in strips of rows, so that a picture of 60 megapixels needs little more than its own decoded size.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageCms

from faceviewer.io import tiff

logger = logging.getLogger(__name__)

NEUTRAL_GREY = 128
_STRIP_PIXELS = 2_000_000
_INTEGER_SCALES = (255.0, 65535.0, 4294967295.0)
_FLOAT_SCALES = (1.0, *_INTEGER_SCALES)
_DEEP_MODES = ("I", "F")
_PROFILE_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION

Step = Callable[[Image.Image], Image.Image]


def to_srgb(image: Image.Image, name: str) -> np.ndarray:
    """(H, W, 3) uint8 sRGB of a decoded picture; ``name`` is what a warning calls it."""
    to_plain = _depth_reducer(image)
    probe = _split_alpha(to_plain(image.crop((0, 0, 1, 1))))[0]
    to_rgb = _color_converter(probe.mode, image.info.get("icc_profile"), name)
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    for top, strip in _strips(image):
        color, alpha = _split_alpha(to_plain(strip))
        rgb[top : top + strip.height] = np.asarray(_over_grey(to_rgb(color), alpha))
    return rgb


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """(first row, full-width strip), from top to bottom."""
    rows = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _depth_reducer(image: Image.Image) -> Step:
    """How strips of ``image`` become 8 bits a channel (mode L or LA) when they are deeper."""
    if not image.mode.startswith(_DEEP_MODES):
        return lambda strip: strip
    full_scale, inverted = _full_scale(image), tiff.is_white_zero(image)
    unsigned = image.mode == "I" and not tiff.is_signed(image)
    transparent = image.info.get("transparency")

    def reduce(strip: Image.Image) -> Image.Image:
        values = np.asarray(strip)
        if unsigned:
            values = values.view(np.uint32)
        shares = np.nan_to_num(values / np.float32(full_scale), nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1)
        grey = Image.fromarray(np.rint(255 * (1 - shares if inverted else shares)).astype(np.uint8))
        if isinstance(transparent, int):
            grey.putalpha(Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8)))
        return grey

    return reduce


def _full_scale(image: Image.Image) -> float:
    """The value that means white (or black, where inverted) in a deep grey picture."""
    if image.mode.startswith("I;16"):
        return 4095.0 if tiff.bits_per_sample(image) == 12 else 65535.0
    if image.mode == "F":
        high = max(float(_finite(strip).max(initial=0)) for _, strip in _strips(image))
        return next((scale for scale in _FLOAT_SCALES if high <= scale), _FLOAT_SCALES[-1])
    low, high = (float(extreme) for extreme in image.getextrema())  # type: ignore[arg-type]
    if low < 0 and not tiff.is_signed(image):  # Pillow shows unsigned values from 2**31 on as negative
        return _INTEGER_SCALES[-1]
    return next(scale for scale in _INTEGER_SCALES if high <= scale)


def _finite(strip: Image.Image) -> np.ndarray:
    values = np.asarray(strip)
    return values[np.isfinite(values)]


def _split_alpha(strip: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """(colours in mode L, RGB, CMYK or LAB, alpha in mode L or None)."""
    if strip.has_transparency_data:
        if strip.mode in ("LA", "La"):
            grey, alpha = strip.convert("LA").split()
            return grey, alpha
        _narrow_color_key(strip)
        strip = strip.convert("RGBA")
        return strip.convert("RGB"), strip.getchannel("A")
    if strip.mode == "1":
        return strip.convert("L"), None
    return (strip if strip.mode in _PROFILE_SPACES else strip.convert("RGB")), None


def _narrow_color_key(strip: Image.Image) -> None:
    """A 16-bit PNG names its transparent colour in 16 bits, while Pillow kept the high bytes of its pixels."""
    key = strip.info.get("transparency")
    if strip.mode == "RGB" and isinstance(key, tuple) and max(key) > 255:
        strip.info["transparency"] = tuple(value >> 8 for value in key)


def _over_grey(rgb: Image.Image, alpha: Image.Image | None) -> Image.Image:
    if alpha is None or alpha.getextrema() == (255, 255):
        return rgb
    ground = Image.new("RGB", rgb.size, (NEUTRAL_GREY,) * 3)
    ground.paste(rgb, mask=alpha)
    return ground


def _color_converter(mode: str, profile: bytes | None, name: str) -> Step:
    """How colours of ``mode`` become sRGB; without a usable profile, grey and RGB count as sRGB."""
    if profile:
        try:
            return _profile_converter(mode, profile)
        except Exception as error:  # noqa: BLE001  (LittleCMS bindings raise whatever a broken profile provokes)
            logger.warning("%s: its colour profile is not used (%s)", name, error)
    if mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return _applier(ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB", _INTENT, _FLAGS))
    return lambda color: color.convert("RGB")


def _profile_converter(mode: str, profile: bytes) -> Step:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = source.profile.xcolor_space.strip()  # pyright: ignore[reportAttributeAccessIssue]
    if mode == "L" and space == "RGB":
        convert = _profile_converter("RGB", profile)
        return lambda grey: convert(grey.convert("RGB"))
    if space != _PROFILE_SPACES[mode]:
        raise ValueError(f"it is not made for {_PROFILE_SPACES[mode]} colours")
    apply = _applier(ImageCms.buildTransform(source, _srgb(), mode, "RGB", _INTENT, _FLAGS))
    if mode in ("L", "RGB") and _is_identity(apply, mode):
        return lambda color: color.convert("RGB")
    return apply


def _applier(transform: ImageCms.ImageCmsTransform) -> Step:
    return lambda color: transform.apply(color)


def _is_identity(apply: Step, mode: str) -> bool:
    """Whether a profile is sRGB in all but name; then the pixels stay as they are, to the last bit."""
    if mode == "L":
        samples = np.arange(256, dtype=np.uint8)[None]
    else:
        levels = np.arange(0, 256, 15, dtype=np.uint8)
        samples = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(1, -1, 3)
    image = Image.fromarray(samples)
    moved = np.asarray(apply(image), np.int16) - np.asarray(image.convert("RGB"), np.int16)
    return int(np.abs(moved).max()) <= 1


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
