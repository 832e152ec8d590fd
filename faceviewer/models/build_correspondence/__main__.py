"""The command line of the build tool."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from faceviewer.io.atomic import write_atomically
from faceviewer.io.obj_polygons import read_polygons
from faceviewer.io.resources import resource_path
from faceviewer.io.safe_load import load_npz
from faceviewer.models.build_correspondence.match import match
from faceviewer.models.build_head.archive import archive_bytes
from faceviewer.models.build_head.points import MeshPoints
from faceviewer.models.head_model import load_head
from faceviewer.models.hifi3d.correspondence import FILE, correspondence_arrays
from faceviewer.models.hifi3d.topology import is_hifi3d
from faceviewer.types import FaceviewerError


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m faceviewer.models.build_correspondence",
        description="Find which points of the built-in head and of a HiFi3D++ head belong together.",
    )
    parser.add_argument("head", type=Path, metavar="HEAD.obj", help="a head of FFHQ-UV, such as demos/teaser_1's")
    parser.add_argument("-o", "--output", type=Path, default=Path("resources") / FILE)
    options = parser.parse_args()
    try:
        sys.stderr.write(f"{options.output}: {_build(options.head, options.output)}\n")
    except FaceviewerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _build(path: Path, output: Path) -> str:
    """Build and write; returns what there is to say about the result."""
    obj = read_polygons(path)
    if not is_hifi3d(obj.triangles, len(obj.vertices)):
        raise FaceviewerError(f"{path}: not a HiFi3D++ head: it has other triangles")
    arrays = load_npz(resource_path("head.npz"))
    points = MeshPoints(arrays["anatomical68/vertices"], arrays["anatomical68/weights"])
    done = match(load_head(), points, obj)
    data = archive_bytes(correspondence_arrays(done.found))
    write_atomically(output, lambda target: target.write_bytes(data))
    return (
        f"{len(data)} bytes; {int(done.found.valid.sum())} vertices with a counterpart, "
        f"{done.registration.face_error_mm:.2f} mm between the faces, {done.landmark_error_mm:.2f} mm at the landmarks"
    )


if __name__ == "__main__":
    sys.exit(main())
