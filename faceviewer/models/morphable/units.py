"""The unit of the published models."""

from __future__ import annotations

MM_PER_UNIT = 100.0
