"""Between numpy and VTK, sharing memory where the data change often."""

from __future__ import annotations

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkDataArray, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData
from vtkmodules.vtkRenderingCore import vtkTexture


class SharedArray:
    """A VTK array and the numpy array that is its memory."""

    def __init__(self, shape: tuple[int, int], dtype: type, name: str) -> None:
        self.values = np.zeros(shape, dtype)
        self.vtk: vtkDataArray = numpy_to_vtk(self.values)  # keeps a reference to its memory
        self.vtk.SetName(name)

    def set(self, values: np.ndarray) -> None:
        """Overwrite all values in place."""
        self.values[...] = values
        self.vtk.Modified()


def points_of(array: SharedArray) -> vtkPoints:
    """(N, 3) coordinates as points that see later changes after their own ``Modified``."""
    points = vtkPoints()
    points.SetData(array.vtk)
    return points


def points_from(xyz: np.ndarray) -> vtkPoints:
    """A copy of (N, 3) coordinates as points."""
    points = vtkPoints()
    points.SetData(float_array(np.asarray(xyz, np.float64), "points"))
    return points


def triangle_cells(triangles: np.ndarray) -> vtkCellArray:
    """(F, 3) integers as VTK cells."""
    cells = vtkCellArray()
    ids = np.ascontiguousarray(triangles, np.int64).ravel()
    cells.SetData(
        numpy_to_vtkIdTypeArray(np.arange(0, len(ids) + 1, 3, dtype=np.int64), deep=True),
        numpy_to_vtkIdTypeArray(ids, deep=True),
    )
    return cells


def vertex_cells(count: int) -> vtkCellArray:
    """``count`` single points as VTK cells."""
    cells = vtkCellArray()
    cells.SetData(
        numpy_to_vtkIdTypeArray(np.arange(count + 1, dtype=np.int64), deep=True),
        numpy_to_vtkIdTypeArray(np.arange(count, dtype=np.int64), deep=True),
    )
    return cells


def color_array(rgb: np.ndarray) -> vtkDataArray:
    """(N, 3 or 4) uint8 as colours to be drawn as they are."""
    array = numpy_to_vtk(np.ascontiguousarray(rgb), deep=True)
    array.SetName("colors")
    return array


def float_array(values: np.ndarray, name: str) -> vtkDataArray:
    """A copy of (N, C) numbers as a VTK array."""
    array = numpy_to_vtk(np.ascontiguousarray(values), deep=True)
    array.SetName(name)
    return array


class PictureTexture:
    """A texture that shows a picture's exact bytes where nothing is blended, exchanged in place when its size stays.

    Without mipmaps a texel is itself at every distance; photos, which are shrunk a lot, look better with.
    """

    def __init__(self, *, mipmaps: bool = False) -> None:
        self.vtk = vtkTexture()
        self.vtk.SetUseSRGBColorSpace(False)
        self.vtk.SetMipmap(mipmaps)
        self.vtk.SetRepeat(False)
        self.vtk.SetEdgeClamp(True)
        self.vtk.SetColorModeToDirectScalars()
        self._image = vtkImageData()
        self._texels: SharedArray | None = None
        self._shape: tuple[int, ...] = ()

    def set(self, rgb: np.ndarray, *, nearest: bool = False) -> None:
        """(H, W, 3) uint8, row 0 at v = 1."""
        height, width, channels = rgb.shape
        if self._texels is None or self._shape != rgb.shape:
            self._shape = rgb.shape
            self._texels = SharedArray((height * width, channels), np.uint8, "texels")
            self._image.SetDimensions(width, height, 1)
            self._image.GetPointData().SetScalars(self._texels.vtk)
            self.vtk.SetInputDataObject(self._image)
        self._texels.set(rgb[::-1].reshape(-1, channels))  # VTK counts rows upwards
        self._image.Modified()
        self.vtk.SetInterpolate(not nearest)
