"""Plain English for the names of shape directions and expressions, as sliders and bars show them."""

from __future__ import annotations

import re

_SHAPE_TITLES = {
    "cheek-bones": "Cheekbones",
    "cheek-inner": "Inner cheek fullness",
    "cheek-trans-up": "Cheek height",
    "cheek-volume": "Cheek fullness",
    "chin-bones": "Jaw bones",
    "chin-cleft": "Chin cleft",
    "chin-height": "Chin height",
    "chin-jaw-drop": "Jaw drop",
    "chin-prognathism": "Lower jaw forward",
    "chin-prominent": "Chin forward",
    "chin-triangle": "Chin pointed",
    "chin-width": "Chin width",
    "eye-bag": "Eye bags",
    "eye-bag-height": "Eye bag height",
    "eye-bag-out": "Eye bags outward",
    "eye-corner1-up": "Inner corner up",
    "eye-corner2-up": "Outer corner up",
    "eye-epicanthus-out": "Inner eyelid fold",
    "eye-eyefold-angle-up": "Lid fold tilt",
    "eye-eyefold-convex": "Lid fold curve",
    "eye-eyefold-up": "Lid fold height",
    "eye-height1": "Opening, inner third",
    "eye-height2": "Opening, middle",
    "eye-height3": "Opening, outer third",
    "eye-push1-out": "Inner corner outward",
    "eye-push2-out": "Outer corner outward",
    "eye-scale": "Eye size",
    "eye-trans-out": "Eyes apart",
    "eye-trans-up": "Eyes up",
    "eyebrows-angle-up": "Brow tilt",
    "eyebrows-trans-forward": "Brows forward",
    "eyebrows-trans-up": "Brows up",
    "forehead-nubian": "Forehead roundness",
    "forehead-scale-vert": "Forehead height",
    "forehead-temple": "Temples outward",
    "mouth-angles-up": "Mouth corners up",
    "mouth-cupidsbow": "Cupid's bow depth",
    "mouth-cupidsbow-width": "Cupid's bow width",
    "mouth-dimples-out": "Dimples outward",
    "mouth-laugh-lines-out": "Laugh lines outward",
    "mouth-lowerlip-ext-up": "Lower lip ends up",
    "mouth-lowerlip-height": "Lower lip height",
    "mouth-lowerlip-middle-up": "Lower lip middle up",
    "mouth-lowerlip-volume": "Lower lip fullness",
    "mouth-lowerlip-width": "Lower lip width",
    "mouth-philtrum-volume": "Philtrum fullness",
    "mouth-scale-depth": "Mouth depth",
    "mouth-scale-horiz": "Mouth width",
    "mouth-scale-vert": "Mouth height",
    "mouth-trans-forward": "Mouth forward",
    "mouth-trans-up": "Mouth up",
    "mouth-upperlip-ext-up": "Upper lip ends up",
    "mouth-upperlip-height": "Upper lip height",
    "mouth-upperlip-middle-up": "Upper lip middle up",
    "mouth-upperlip-volume": "Upper lip fullness",
    "mouth-upperlip-width": "Upper lip width",
    "nose-base-up": "Nose base up",
    "nose-compression-uncompress": "Nose uncompressed",
    "nose-curve-convex": "Bridge curve",
    "nose-flaring": "Nostril flare",
    "nose-greek": "Straight bridge",
    "nose-hump": "Bridge hump",
    "nose-nostrils-angle-up": "Nostril tilt",
    "nose-nostrils-width": "Nostril width",
    "nose-point-up": "Tip up",
    "nose-point-width": "Tip width",
    "nose-scale-depth": "Nose depth",
    "nose-scale-horiz": "Nose width",
    "nose-scale-vert": "Nose length",
    "nose-septumangle": "Septum angle",
    "nose-trans-forward": "Nose forward",
    "nose-trans-up": "Nose up",
    "nose-volume": "Nose fullness",
    "nose-width1": "Bridge width, upper",
    "nose-width2": "Bridge width, middle",
    "nose-width3": "Bridge width, lower",
    "ear-flap": "Ear flap",
    "ear-lobe": "Earlobe size",
    "ear-rot-forward": "Ears turned forward",
    "ear-scale": "Ear size",
    "ear-scale-depth": "Ear depth",
    "ear-scale-vert": "Ear height",
    "ear-shape-pointed": "Ears pointed",
    "ear-shape-round": "Ears round",
    "ear-shape-square": "Ears square",
    "ear-shape-triangle": "Ears triangular",
    "ear-trans-forward": "Ears forward",
    "ear-trans-up": "Ears up",
    "ear-wing": "Ears stick out",
    "head-diamond": "Diamond head",
    "head-fat": "Full face",
    "head-invertedtriangular": "Head narrow below",
    "head-oval": "Oval head",
    "head-rectangular": "Rectangular head",
    "head-round": "Round head",
    "head-scale-depth": "Head depth",
    "head-scale-horiz": "Head width",
    "head-scale-vert": "Head height",
    "head-square": "Square head",
    "head-triangular": "Head narrow above",
    "ancestry-african": "African ancestry",
    "ancestry-asian": "Asian ancestry",
    "ancestry-caucasian": "European ancestry",
    "gender-male": "Masculine",
    "age-old": "Older",
    "age-child": "Younger",
    "weight": "Weight",
    "muscle": "Muscle",
}
_UNEVEN = {
    "brown": "brows", "cheek": "cheeks", "ear": "ears", "eye": "eyes", "jaw": "jaw", "mouth": "mouth", "nose": "nose",
    "temple": "temples", "top": "top of the head",
}  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z]+")


def shape_title(name: str) -> str:
    """For people: "nose-scale-horiz" is the nose's width. Names that nobody has translated are spelt out."""
    if name in _SHAPE_TITLES:
        return _SHAPE_TITLES[name]
    kind, _, rest = name.partition("-")
    place, _, number = rest.rpartition("-")
    if kind == "asym" and place in _UNEVEN:
        return f"Uneven {_UNEVEN[place]} {number}"
    return name.replace("-", " ").capitalize()


def expression_title(name: str) -> str:
    """For people: "eyeBlinkLeft" is "Eye blink, left", on the subject's left; "_neutral" is "Neutral"."""
    if "-" in name:
        return shape_title(name)
    words = [word.lower() for word in _WORD.findall(name)]
    moves_sideways = name in ("jawLeft", "jawRight", "mouthLeft", "mouthRight")
    if words[-1] in ("left", "right") and not moves_sideways:
        return f"{' '.join(words[:-1])}, {words[-1]}".capitalize()
    return " ".join(words).capitalize()
