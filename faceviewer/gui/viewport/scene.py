"""One head in one renderer, kept in step with the state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkLight, vtkRenderer, vtkRenderWindow

from faceviewer.app.frustum import Frustum
from faceviewer.app.palette import RGB
from faceviewer.app.state import FILE_ENGINE, ViewState
from faceviewer.gui.viewport.frustum_actor import FrustumActor
from faceviewer.gui.viewport.head_actor import HeadActor
from faceviewer.gui.viewport.landmark_actor import NO_LANDMARKS, LandmarkActor, ShownLandmarks, shown_landmarks
from faceviewer.gui.viewport.looks import LOOKS, Look, look_of
from faceviewer.gui.viewport.paint import painted_parts
from faceviewer.gui.viewport.photo_planes import PhotoPlanes
from faceviewer.gui.viewport.pictures import limited, shown_texture, wrapped_picture
from faceviewer.gui.viewport.point_colors import surface_colors
from faceviewer.gui.viewport.projection import Ball, Projection
from faceviewer.gui.viewport.vtk_arrays import PictureTexture
from faceviewer.gui.viewport.watch import Watch
from faceviewer.types import FaceMesh, Photo, Reconstruction

if TYPE_CHECKING:  # scipy, behind the comparison, would cost the start-up
    from faceviewer.geometry.compare import MeshComparison

_LIGHTS = (((-0.5, 0.7, 1.0), 0.72), ((0.6, -0.1, 1.0), 0.38))
"""(direction in the eye's frame, strength): one from above left, a weaker one from the right."""


@dataclass(frozen=True)
class HeatMap:
    """Signed distances to be shown as colours."""

    outcome: MeshComparison
    range_mm: float
    """Ends of the colours, plus and minus."""


@dataclass(frozen=True, eq=False)
class Subject:
    """The head that a scene shows."""

    result: Reconstruction
    mesh: FaceMesh
    photo: Photo | None = None
    """Shown around the head, when one looks through its camera."""
    heat: HeatMap | None = None
    frustum: Frustum | None = None
    """The photo's camera, when it is drawn."""
    slide: Photo | None = None
    """The picture in it."""


@dataclass(frozen=True)
class Ink:
    """Colours that follow the theme."""

    background: RGB
    lines: RGB


class HeadScene:
    """Owns the renderer and the actors of one head."""

    def __init__(self) -> None:
        self.renderer = _lit_renderer()
        self.landmarks: ShownLandmarks = NO_LANDMARKS
        self.ball = Ball((0.0, -20.0, -70.0), 200.0)
        """Around the head."""
        self.reach = self.ball
        """Around all that is drawn."""
        self.painted_count = 0
        """Triangles that carry the colour of a part."""
        self._head: HeadActor | None = None
        self._dots = LandmarkActor()
        self._planes, self._frustum = PhotoPlanes(), FrustumActor()
        self._wrapped, self._photo = PictureTexture(), PictureTexture(mipmaps=True)
        self._background: RGB = (0, 0, 0)
        self._pixel_ratio, self._dot_px = 1.0, 6.0
        self._is_wrapped = self._colored = False
        self._on_vertices, self._on_texture, self._on_colors, self._on_look = Watch(), Watch(), Watch(), Watch()
        self._on_paint, self._on_landmarks, self._on_photo, self._on_planes = Watch(), Watch(), Watch(), Watch()
        self._order_actors()

    @property
    def normals(self) -> np.ndarray:
        """(V, 3) unit normals of the mesh that is drawn; empty without one."""
        return self._head.normals if self._head is not None else np.zeros((0, 3))

    def show(self, subject: Subject | None, view: ViewState, ink: Ink) -> None:
        """Draw ``subject`` as ``view`` says, touching only what has changed."""
        self._background = ink.background
        self.set_transparent(False)
        if subject is None:
            self._hide()
            return
        head = self._show_mesh(subject)
        self._show_surface(head, subject, view, ink)
        self._show_paint(head, subject.result, view)
        if self._on_landmarks.changed(subject.result, subject.mesh, view.landmark_sets, view.visible_only):
            self.landmarks = shown_landmarks(subject.result, subject.mesh, view)
            self._dots.show(self.landmarks)
        self._dot_px = view.landmark_size_px
        self._dots.set_size(self._dot_px, self._pixel_ratio)
        self._show_photo(subject, view)
        self._show_frustum(subject, ink)

    def look_through(self, projection: Projection) -> None:
        """Use this projection from now on."""
        camera = self.renderer.GetActiveCamera()
        R = projection.view[:3, :3]
        position = -R.T @ projection.view[:3, 3]
        camera.SetPosition(*position)
        camera.SetFocalPoint(*(position - 100 * R[2]))
        camera.SetViewUp(*R[1])
        camera.SetParallelProjection(projection.parallel)
        clip = vtkMatrix4x4()
        clip.DeepCopy(projection.clip.ravel().tolist())
        camera.SetExplicitProjectionTransformMatrix(clip)
        camera.SetUseExplicitProjectionTransformMatrix(True)
        self._dots.look_through(projection)

    def set_pixel_ratio(self, ratio: float) -> None:
        """Device pixels per logical one, which lines and dots are drawn with."""
        self._pixel_ratio = ratio
        self._dots.set_size(self._dot_px, ratio)
        self._frustum.set_pixel_ratio(ratio)
        if self._head is not None:
            self._head.set_pixel_ratio(ratio)

    def set_transparent(self, transparent: bool) -> None:
        """Draw before nothing, for pictures with alpha, or before the theme's background."""
        self.renderer.SetBackground(*(0.0 if transparent else channel / 255 for channel in self._background))
        self.renderer.SetBackgroundAlpha(0.0 if transparent else 1.0)

    def release(self, window: vtkRenderWindow) -> None:
        """Free what the actors hold on the graphics card; the scene cannot be used afterwards."""
        self.renderer.ReleaseGraphicsResources(window)
        self.renderer.RemoveAllViewProps()
        self.renderer.RemoveAllLights()

    def _hide(self) -> None:
        self.landmarks = NO_LANDMARKS
        if self._head is not None:
            for actor in self._head.actors:
                actor.VisibilityOff()
        self._dots.hide()
        self._planes.hide()
        self._frustum.hide()
        self._on_look, self._on_paint, self._on_landmarks, self._on_planes = Watch(), Watch(), Watch(), Watch()

    def _order_actors(self) -> None:
        """What blends is drawn in the order of adding: the veil fades the head and its paint, but not the dots."""
        self.renderer.RemoveAllViewProps()
        head = self._head.actors if self._head is not None else ()
        for actor in (*head, *self._frustum.actors, *self._planes.actors, *self._dots.actors):
            self.renderer.AddActor(actor)

    def _show_mesh(self, subject: Subject) -> HeadActor:
        head = self._head
        if head is None or head.topology is not subject.mesh.topology:
            head = self._head = HeadActor(subject.mesh.topology, len(subject.mesh.vertices))
            head.set_pixel_ratio(self._pixel_ratio)
            self._order_actors()
        if self._on_vertices.changed(head, subject.mesh):
            head.set_vertices(subject.mesh)
            self.ball = Ball.around(subject.mesh.vertices, exact=subject.result.engine == FILE_ENGINE)
        head.surface.VisibilityOn()
        return head

    def _show_paint(self, head: HeadActor, result: Reconstruction, view: ViewState) -> None:
        opacity = _paint_opacity(view)
        if opacity == 0:
            head.paint.VisibilityOff()
            self.painted_count = 0
            self._on_paint = Watch()
        elif self._on_paint.changed(head, result, view.parts, opacity, view.visible_only):
            triangles, rgb = painted_parts(result, view.parts, visible_only=view.visible_only)
            head.set_paint(triangles, rgb, opacity)
            self.painted_count = len(triangles)

    def _show_surface(self, head: HeadActor, subject: Subject, view: ViewState, ink: Ink) -> None:
        textured, has_colors = bool(subject.result.textures), subject.mesh.colors is not None
        look = look_of(view.display, textured=textured, colored=has_colors)
        look = Look(data=True) if subject.heat is not None else look
        wrapped = self._wrap(subject, view, look)
        if self._on_colors.changed(head, subject.result, subject.mesh, subject.heat, look, view.texture):
            rgb = surface_colors(look, subject, view.texture, head.normals)
            if rgb is not None:
                head.set_colors(rgb)
            self._colored = rgb is not None
        if self._on_look.changed(head, look, view.smooth, ink, wrapped, self._colored):
            texture = self._wrapped.vtk if wrapped else None
            head.set_look(look, texture, smooth=view.smooth, ink=ink.lines, colored=self._colored)

    def _wrap(self, subject: Subject, view: ViewState, look: Look) -> bool:
        """Bring the picture that belongs on the head into its texture; False when there is none."""
        nearest = view.texture_nearest or look.picture == "origin"
        if self._on_texture.changed(shown_texture(subject.result, view.texture), look.picture, nearest):
            picture = wrapped_picture(subject.result, view.texture, look.picture)
            self._is_wrapped = picture is not None
            if picture is not None:
                self._wrapped.set(picture, nearest=nearest)
        return self._is_wrapped

    def _show_photo(self, subject: Subject, view: ViewState) -> None:
        if subject.photo is None:
            self._planes.hide()
            self._on_planes = Watch()
            return
        self._set_photo(subject.photo)
        if self._on_planes.changed(subject.photo, subject.result.camera, self.ball, view.mesh_opacity, view.wipe):
            camera, texture = subject.result.camera, self._photo.vtk
            self._planes.show(texture, camera, self.ball, mesh_opacity=view.mesh_opacity, wipe=view.wipe)

    def _show_frustum(self, subject: Subject, ink: Ink) -> None:
        frustum, slide = subject.frustum, subject.slide
        self.reach = self.ball
        if frustum is None:
            self._frustum.hide()
            return
        self.reach = self.ball.with_points(frustum.points_mm)
        if slide is not None:
            self._set_photo(slide)
        self._frustum.show(frustum, self._photo.vtk if slide is not None else None, ink.lines)

    def _set_photo(self, photo: Photo) -> None:
        if self._on_photo.changed(photo):
            self._photo.set(limited(photo.rgb))


def _paint_opacity(view: ViewState) -> float:
    if LOOKS[view.display].all_parts:
        return 1.0
    return view.parts_opacity if view.parts_overlay else 0.0


def _lit_renderer() -> vtkRenderer:
    renderer = vtkRenderer()
    renderer.SetUseOIT(False)  # it averages what blends, whatever lies in front; here the order of adding decides
    renderer.SetAutomaticLightCreation(False)
    for direction, strength in _LIGHTS:
        light = vtkLight()
        light.SetLightTypeToCameraLight()
        light.SetPosition(*direction)
        light.SetFocalPoint(0, 0, 0)
        light.SetIntensity(strength)
        renderer.AddLight(light)
    return renderer
