"""Reading mesh files with VTK, as plain arrays: the second opinion beside trimesh."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkIOGeometry import vtkGLTFReader, vtkOBJReader
from vtkmodules.vtkIOPLY import vtkPLYReader


def read_polydata(path: Path) -> vtkPolyData:
    reader = {".obj": vtkOBJReader, ".ply": vtkPLYReader, ".glb": vtkGLTFReader}[path.suffix]()
    reader.SetFileName(str(path))
    reader.Update()
    output = reader.GetOutput()
    while output is not None and not output.IsA("vtkPolyData"):  # glTF comes as nested blocks
        output = output.GetBlock(0)
    assert output is not None, f"VTK found no mesh in {path}"
    return output


def points(data: vtkPolyData) -> np.ndarray:
    return vtk_to_numpy(data.GetPoints().GetData())


def triangles(data: vtkPolyData) -> np.ndarray:
    return vtk_to_numpy(data.GetPolys().GetConnectivityArray()).reshape(-1, 3)


def point_array(data: vtkPolyData, kind: str) -> np.ndarray:
    """``kind`` is "TCoords", "Normals" or "Scalars"."""
    return vtk_to_numpy(getattr(data.GetPointData(), f"Get{kind}")())
