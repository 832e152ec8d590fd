"""Makes the pictures of the README with the application itself: python tests/take_screenshots.py

Needs a screen (``xvfb-run -s "-screen 0 1280x800x24"`` will do). The head is that of the shipped sample photo.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

FOLDER = Path(__file__).parent / "screenshots"
SIZE = (1280, 800)
SETTLED_S = 0.6
"""After the last change, until every pane has drawn itself."""


def main() -> None:
    os.environ["FACEVIEWER_HOME"] = tempfile.mkdtemp()  # the pictures show the first start, whatever is set here
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from pose_factory import film_of_two
    from PySide6.QtWidgets import QApplication

    from faceviewer.gui.application import FaceviewerApplication
    from faceviewer.gui.panels.coefficients import CoefficientsPanel

    application = QApplication(sys.argv[:1])
    running = FaceviewerApplication(application)
    verbs, window = running.verbs, running.window

    def let_run(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            application.processEvents()
            time.sleep(0.01)

    def take(name: str) -> None:
        window.resize(*SIZE)
        let_run(SETTLED_S)
        save(window.grab(), FOLDER / f"{name}.png")

    FOLDER.mkdir(exist_ok=True)
    running.settings.set("appearance.theme", "light")
    running.start()
    verbs.opening.open_sample()
    while verbs.store.state.job is not None or verbs.store.state.shown.result is None:
        let_run(0.1)
    take("window")

    running.settings.set("appearance.theme", "dark")
    verbs.viewing.set(landmark_sets=frozenset({"68"}), parts_overlay=True, pose_axes=True, uv_wireframe=True)
    verbs.ui.toggle_panel("properties")
    verbs.selecting.go_to("landmark", 30, "68")
    take("landmarks")

    running.settings.set("appearance.theme", "light")
    verbs.selecting.select(None)
    verbs.viewing.set(landmark_sets=frozenset(), parts_overlay=False, pose_axes=False)
    verbs.viewing.set(display="edges", uv_wireframe=False, uv_origin=True)
    verbs.editing.set_expression("jawOpen", 0.6)
    verbs.editing.set_expression("browInnerUp", 0.8)
    verbs.ui.toggle_panel("shape")
    shape = window.panels["shape"]
    assert isinstance(shape, CoefficientsPanel)
    for title in ("Brow expression", "Jaw expression"):
        shape.group(title).section.set_expanded(True)
    take("expressions")

    verbs.store.undo()
    verbs.store.undo()
    verbs.viewing.set(display="textured", uv_origin=False)
    verbs.ui.toggle_panel("properties")
    verbs.viewing.toggle_camera_frustum()
    take("camera")
    verbs.viewing.toggle_camera_frustum()

    running.settings.set("appearance.theme", "dark")
    verbs.ui.open_dialog("pose over time")
    dialog = next(one for one in application.topLevelWidgets() if one.isVisible() and one is not window)
    dialog.resize(1180, 780)
    verbs.pose_over_time.choose_source(film_of_two(Path(tempfile.gettempdir()) / "two.avi", count=100))
    verbs.pose_over_time.analyse()
    while verbs.store.state.pose_over_time.job is not None:
        let_run(0.1)
    verbs.pose_over_time.move_to(60)
    let_run(SETTLED_S)
    save(dialog.grab(), FOLDER / "pose_over_time.png")
    dialog.close()
    window.close()


def save(picture: QPixmap, path: Path) -> None:
    """Write ``picture`` as a PNG that is as small as it can be without loss."""
    from PIL import Image
    from PySide6.QtGui import QImage

    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB888)
    size = image.width(), image.height()
    rgb = Image.frombytes("RGB", size, bytes(image.constBits()), "raw", "RGB", image.bytesPerLine())
    rgb.save(path, optimize=True)


if __name__ == "__main__":
    main()
