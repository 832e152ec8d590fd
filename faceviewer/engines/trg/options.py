"""What can be chosen for TRG alone. No imports of torch: settings and command line are made from this table."""

from __future__ import annotations

from collections.abc import Mapping

from faceviewer.engines.options import EngineOption, settle

OPTIONS: tuple[EngineOption, ...] = (
    EngineOption(
        "weights",
        "Weights",
        (
            ("auto", "Both sets, else ARKitFace alone"),
            ("both-sets", "Trained on ARKitFace and 300W-LP (TRG*)"),
            ("arkitface", "Trained on ARKitFace alone (TRG)"),
        ),
        "Which of the two published networks looks at the photo. Without a choice, TRG* where its file is there.",
    ),
)


def chosen_weights(chosen: Mapping[str, str]) -> str:
    """The value of the option "weights". Raises UsageError for unknown options and values."""
    return settle(OPTIONS, chosen)["weights"]
