"""Pictures side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

COLUMNS = 4
BACKGROUND = (226, 227, 230)


def contact_sheet(tiles: Sequence[np.ndarray]) -> np.ndarray:
    """Tiles of one size, (H, W, 3) uint8, in rows of at most four on grey paper: (rows H, columns W, 3) uint8."""
    columns = min(COLUMNS, len(tiles))
    blank = np.full_like(tiles[0], BACKGROUND)
    tiles = [*tiles, *[blank] * (-len(tiles) % columns)]
    return np.concatenate([np.concatenate(tiles[k : k + columns], 1) for k in range(0, len(tiles), columns)])
