"""Double precision where a device has it: Apple's graphics (mps) refuse float64."""

from __future__ import annotations

from torch import Tensor


def to_double(values: Tensor) -> Tensor:
    """``values`` as float64 on their device, or on the processor where the device has no float64."""
    return (values.cpu() if values.device.type == "mps" else values).double()
