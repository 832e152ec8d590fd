"""Finds out whether this machine can draw in 3D, before anything tries to and takes the process down with it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QSurfaceFormat

_GL_VERSION, _GL_RENDERER = 0x1F02, 0x1F01
_NEEDED = (3, 2)
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic", "basic render")
"""How drivers that draw on the processor call themselves."""


@dataclass(frozen=True)
class OpenGL:
    """What draws here, or why nothing does."""

    renderer: str = ""
    """As the driver calls itself."""
    version: str = ""
    problem: str = ""
    """One sentence for the user; empty when all is well."""

    @property
    def software(self) -> bool:
        """True when the processor draws, which makes every pixel dear."""
        return any(name in self.renderer.lower() for name in _SOFTWARE)


def set_surface_format() -> None:
    """What pyvistaqt's widget asks of OpenGL, for the whole process: it must be known before the window is made."""
    wanted = _wanted_format()
    wanted.setSwapBehavior(QSurfaceFormat.SwapBehavior.DoubleBuffer)
    for set_size in (wanted.setRedBufferSize, wanted.setGreenBufferSize, wanted.setBlueBufferSize):
        set_size(8)
    wanted.setAlphaBufferSize(8)
    wanted.setDepthBufferSize(8)
    wanted.setStencilBufferSize(0)
    wanted.setSamples(0)  # smooth edges are made in VTK's own framebuffers
    QSurfaceFormat.setDefaultFormat(wanted)


def _wanted_format() -> QSurfaceFormat:
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setVersion(*_NEEDED)
    return wanted


def probe_opengl() -> OpenGL:
    """Ask the driver with a context of its own, thrown away afterwards. Needs a QGuiApplication."""
    wanted = _wanted_format()
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.setFormat(wanted)
    surface.create()
    context.setFormat(wanted)
    if not context.create() or not surface.isValid() or not context.makeCurrent(surface):
        return OpenGL(
            problem="This computer offers no OpenGL, which the 3D view needs: install a graphics driver (or Mesa)."
        )
    try:
        functions, found = context.functions(), context.format().version()
        renderer, version = functions.glGetString(_GL_RENDERER), functions.glGetString(_GL_VERSION)
        problem = ""
        if tuple(found) < _NEEDED:
            problem = (
                f"The 3D view needs OpenGL {_NEEDED[0]}.{_NEEDED[1]}, but {renderer} has {found[0]}.{found[1]}: "
                "update the graphics driver."
            )
        return OpenGL(str(renderer), str(version), problem)
    finally:
        context.doneCurrent()
