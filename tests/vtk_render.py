"""Run as ``python vtk_render.py MESH TEXTURE CAMERA.json OUT.png``: one unlit picture of a mesh file, drawn by VTK.

A process of its own, because a window system that fails to open takes its process with it. The camera file holds the
view and projection matrices of ``Camera.to_opengl``, the size in pixels, and the mesh's unit in mm.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (registers the OpenGL classes)
from vtk_files import point_array, points, read_polydata
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkIOImage import vtkPNGReader
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkRenderWindow,
    vtkTexture,
    vtkWindowToImageFilter,
)

from faceviewer.io.images import write_image


def main(mesh_path: Path, texture_path: Path, camera_path: Path, out_path: Path) -> None:
    shot = json.loads(camera_path.read_text())
    data = read_polydata(mesh_path)
    into_eye_frame(data, np.array(shot["view"]), shot["mm_per_unit"])
    if mesh_path.suffix == ".glb":  # glTF counts v from the top
        flipped = point_array(data, "TCoords") * np.float32([1, -1]) + np.float32([0, 1])
        data.GetPointData().SetTCoords(numpy_to_vtk(flipped, deep=True))
    window = vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetMultiSamples(0)
    window.SetSize(*shot["size"])
    renderer = vtkRenderer()
    renderer.SetBackground(0, 0, 0)
    renderer.AddActor(textured_actor(data, texture_path))
    set_camera(renderer, np.array(shot["projection"]))
    window.AddRenderer(renderer)
    window.Render()
    write_image(out_path, grab(window))


def into_eye_frame(data: vtkPolyData, view: np.ndarray, mm_per_unit: float) -> None:
    """Move the points to the camera, so that VTK's own camera can stay at the origin."""
    moved = points(data).astype(np.float64) * mm_per_unit @ view[:3, :3].T + view[:3, 3]
    data.GetPoints().SetData(numpy_to_vtk(moved, deep=True))


def textured_actor(data: vtkPolyData, texture_path: Path) -> vtkActor:
    reader = vtkPNGReader()
    reader.SetFileName(str(texture_path))
    texture = vtkTexture()
    texture.SetInputConnection(reader.GetOutputPort())
    texture.SetInterpolate(True)
    texture.SetMipmap(False)
    texture.SetRepeat(False)
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    mapper.SetScalarVisibility(False)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.SetTexture(texture)
    actor.GetProperty().SetLighting(False)
    return actor


def set_camera(renderer: vtkRenderer, projection: np.ndarray) -> None:
    camera = renderer.GetActiveCamera()
    camera.SetPosition(0, 0, 0)
    camera.SetFocalPoint(0, 0, -1)
    camera.SetViewUp(0, 1, 0)
    matrix = vtkMatrix4x4()
    matrix.DeepCopy(projection.ravel().tolist())
    camera.SetExplicitProjectionTransformMatrix(matrix)
    camera.SetUseExplicitProjectionTransformMatrix(True)


def grab(window: vtkRenderWindow) -> np.ndarray:
    grabber = vtkWindowToImageFilter()
    grabber.SetInput(window)
    grabber.SetInputBufferTypeToRGB()
    grabber.ReadFrontBufferOff()
    grabber.Update()
    image = grabber.GetOutput()
    width, height, _ = image.GetDimensions()
    pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, 3)
    return np.ascontiguousarray(pixels[::-1])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
