"""What Pillow does not do by itself for TIFF: separate 16-bit planes, inverted and 12-bit depths, raw files."""

from __future__ import annotations

from PIL import Image, TiffImagePlugin

_BITS_PER_SAMPLE, _PHOTOMETRIC, _SAMPLE_FORMAT, _DNG_VERSION = 258, 262, 339, 50706
_WHITE_IS_ZERO, _SIGNED = 0, 2
_BYTE_ORDER_MODES = {b"II": "16L", b"MM": "16B"}


def is_raw_file(image: Image.Image) -> bool:
    """Whether a camera's raw file (DNG) merely looks like a TIFF; its first picture is a thumbnail."""
    return isinstance(image, TiffImagePlugin.TiffImageFile) and _DNG_VERSION in image.tag_v2


def repair_planes(image: Image.Image) -> None:
    """Let uncompressed colour planes of 16 bits be read as such; to be called before the pixels are loaded.

    Pillow 13 names the raw mode of a separate plane by its letter alone, which means 8 bits.
    """
    if not isinstance(image, TiffImagePlugin.TiffImageFile) or bits_per_sample(image) != 16:
        return
    suffix = _BYTE_ORDER_MODES[image.tag_v2.prefix]
    image.tile = [
        tile._replace(args=(f"{tile.args[0]};{suffix}", *tile.args[1:]))
        if isinstance(tile.args, tuple) and tile.codec_name == "raw" and tile.args[0] in tuple("RGBACMYK")
        else tile
        for tile in image.tile
    ]


def bits_per_sample(image: Image.Image) -> int | None:
    """Bits of the first channel of a TIFF, None for other formats."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return None
    bits = image.tag_v2.get(_BITS_PER_SAMPLE, (1,))
    return bits[0] if isinstance(bits, tuple) else bits


def is_white_zero(image: Image.Image) -> bool:
    """Whether the deep grey values of a TIFF run from white to black, which Pillow leaves as they are."""
    return isinstance(image, TiffImagePlugin.TiffImageFile) and image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO


def is_signed(image: Image.Image) -> bool:
    """Whether integer values of a TIFF are meant with their sign."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    formats = image.tag_v2.get(_SAMPLE_FORMAT, (1,))
    return (formats[0] if isinstance(formats, tuple) else formats) == _SIGNED
