"""Choosing where torch computes: the only place that asks what the machine has."""

from __future__ import annotations

import importlib.util
import sys

from faceviewer.engines.options import UsageError

DEVICE_NAMES = ("auto", "cpu", "cuda", "mps")


def available_devices() -> tuple[str, ...]:
    """What this machine can compute on, best first, "cpu" always last. Imports torch."""
    import torch

    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def choose_device(name: str) -> str:
    """The device meant by ``name``, one of ``DEVICE_NAMES``; "auto" takes the best there is.

    Raises UsageError for an unknown device and for one that this machine lacks.
    """
    if name not in DEVICE_NAMES:
        raise UsageError(f"unknown device {name!r}: choose one of {', '.join(DEVICE_NAMES)}")
    if name == "cpu":
        return name
    if importlib.util.find_spec("torch") is None:
        raise UsageError("torch is not installed: run `python -m pip install .` again")
    available = available_devices()
    if name == "auto":
        return available[0]
    if name not in available:
        raise UsageError(f"this machine has no {name} device that torch can use: choose {' or '.join(available)}")
    return name


def limit_threads(count: int) -> None:
    """Let torch and OpenCV use at most ``count`` threads each in this process."""
    import torch

    from faceviewer.io.cv import cv2

    torch.set_num_threads(count)
    cv2.setNumThreads(count)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` says that a graphics card's memory is full."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(error, torch.OutOfMemoryError)


def free_memory() -> None:
    """Give back what torch keeps of the graphics card's memory for later."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def load_torch_before_qt() -> None:
    """On Windows, import torch now: after Qt, its c10.dll fails to initialise (WinError 1114)."""
    if sys.platform == "win32":
        importlib.import_module("torch")
