"""The 3D pane.

    state --> viewport --> stage --+--> scene (per head) --> head, landmark and photo actors --> canvas (VTK)
                                   +--> annotate --> overlay (Qt, over the canvas)
    mouse --> canvas --> pointer --> interaction --> verbs

The state's camera is the truth; ``projection`` turns it into the matrices that VTK, the overlay and picking share.
"""

from faceviewer.gui.viewport.viewport import Viewport

__all__ = ["Viewport"]
