"""Soft thresholds and mixtures."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

Values = TypeVar("Values", np.ndarray, Tensor)


def smoothstep(values: Values, low: float, high: float) -> Values:
    """0 up to ``low``, 1 from ``high``, smooth between."""
    t = ((values - low) / (high - low)).clip(0, 1)
    return t * t * (3 - 2 * t)


def mix(below: Tensor, above: Tensor, share: Tensor) -> Tensor:
    """(n, C) mixture; share: (n,) of ``above``, laid out first because broadcasting it costs ten times as much."""
    return torch.lerp(below, above, share[:, None].expand(-1, below.shape[1]).contiguous())
