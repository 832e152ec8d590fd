"""Small but complete data for tests: a head-like mesh with a UV seam, seen by a camera, with texture and landmarks.

Nothing here resembles a person; everything has the shapes, units and frames of ``faceviewer.types``. The same
arguments give the same data.
"""

from __future__ import annotations

import numpy as np

from faceviewer.types import (
    BLENDSHAPE_NAMES,
    PART_NAMES,
    Camera,
    Face,
    FaceMesh,
    HeadPose,
    LandmarkSet,
    Origin,
    Photo,
    Reconstruction,
    Texture,
    Topology,
)

LANDMARK_COUNTS = {"68": 68, "106": 106, "134": 134, "478": 478}
_PART_CENTRES_UV = {  # where each part sits on the unrolled head; the face is around u = 0.5
    "right_eye": (0.44, 0.58),
    "left_eye": (0.56, 0.58),
    "right_eyebrow": (0.44, 0.66),
    "left_eyebrow": (0.56, 0.66),
    "nose": (0.50, 0.50),
    "up_lip": (0.50, 0.40),
    "down_lip": (0.50, 0.34),
    "skin": (0.50, 0.50),
}


def make_topology(rows: int = 16, columns: int = 24, *, seed: int = 0) -> Topology:
    """A globe of ``rows`` rings of ``columns`` vertices and two poles; the UV seam runs down the back of the head."""
    ring = np.arange(rows * columns).reshape(rows, columns)
    uv_ring = np.arange(rows * (columns + 1)).reshape(rows, columns + 1)
    south, north, uv_poles = rows * columns, rows * columns + 1, rows * (columns + 1)
    triangles, uv_triangles = [], []
    for column in range(columns):
        right = (column + 1) % columns
        for row in range(rows - 1):
            a, b, c, d = ring[row, column], ring[row, right], ring[row + 1, right], ring[row + 1, column]
            ta, tb = uv_ring[row, column : column + 2]
            td, tc = uv_ring[row + 1, column : column + 2]
            triangles += [(a, b, c), (a, c, d)]
            uv_triangles += [(ta, tb, tc), (ta, tc, td)]
        triangles += [(south, ring[0, right], ring[0, column]), (north, ring[-1, column], ring[-1, right])]
        uv_triangles.append((uv_poles + column, uv_ring[0, column + 1], uv_ring[0, column]))
        uv_triangles.append((uv_poles + columns + column, uv_ring[-1, column], uv_ring[-1, column + 1]))
    u = np.linspace(0, 1, columns + 1)
    v = np.linspace(0.05, 0.95, rows)
    grid = np.stack(np.broadcast_arrays(u[None], v[:, None]), -1).reshape(-1, 2)
    poles = [np.stack([(u[1:] + u[:-1]) / 2, np.full(columns, end)], -1) for end in (0.0, 1.0)]
    triangles = np.array(triangles, np.int32)
    vertex_uv = np.concatenate([grid.reshape(rows, columns + 1, 2)[:, :-1].reshape(-1, 2), [[0.5, 0.0], [0.5, 1.0]]])
    mirror = np.concatenate([ring[:, -np.arange(columns)].ravel(), [south, north]])
    return Topology(
        name=f"globe-{rows}x{columns}",
        triangles=triangles,
        uv=np.concatenate([grid, *poles]).astype(np.float32),
        uv_triangles=np.array(uv_triangles, np.int32),
        parts=_make_parts(vertex_uv),
        landmarks=_make_landmark_references(triangles, vertex_uv, seed),
        symmetry=mirror.astype(np.int32),
        regions={"face": np.flatnonzero(np.abs(vertex_uv[:, 0] - 0.5) < 0.2).astype(np.int32)},
    )


def _make_parts(vertex_uv: np.ndarray) -> dict[str, np.ndarray]:
    radius = {"skin": 0.25, "nose": 0.08}
    return {
        name: np.flatnonzero(np.hypot(*(vertex_uv - _PART_CENTRES_UV[name]).T) < radius.get(name, 0.06)).astype(
            np.int32
        )
        for name in PART_NAMES
    }


def _make_landmark_references(
    triangles: np.ndarray, vertex_uv: np.ndarray, seed: int
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    front = triangles[(np.hypot(*(vertex_uv[triangles] - 0.5).transpose(2, 0, 1)) < 0.2).all(1)]
    return {
        name: (front[rng.integers(0, len(front), count)], rng.dirichlet((1, 1, 1), count).astype(np.float32))
        for name, count in LANDMARK_COUNTS.items()
    }


def make_mesh(topology: Topology | None = None, *, colors: bool = False, seed: int = 0) -> FaceMesh:
    """The globe as an egg of about head size with a nose, slightly irregular; millimetres, head frame."""
    topology = topology or make_topology()
    vertex_uv = np.zeros((int(topology.triangles.max()) + 1, 2))
    vertex_uv[topology.triangles] = topology.uv[topology.uv_triangles]
    vertex_uv[np.isclose(vertex_uv[:, 0], 1.0), 0] = 0.0  # the last column of texels belongs to the first vertices
    longitude, latitude = 2 * np.pi * (vertex_uv[:, 0] - 0.5), np.pi * (vertex_uv[:, 1] - 0.5)
    unit = np.stack([np.cos(latitude) * np.sin(longitude), np.sin(latitude), np.cos(latitude) * np.cos(longitude)], -1)
    nose = np.exp(-(np.hypot(*(vertex_uv - 0.5).T) ** 2) / 0.002)
    vertices = unit * [75, 110, 95] + [0, -30, -60] + nose[:, None] * [0, 0, 22]
    rng = np.random.default_rng(seed)
    vertices += rng.normal(0, 0.3, vertices.shape)
    vertex_colors = rng.integers(0, 256, vertices.shape, np.uint8) if colors else None
    return FaceMesh(vertices.astype(np.float32), topology, vertex_colors)


def make_camera(size: tuple[int, int] = (320, 240), *, yaw_deg: float = 20.0) -> Camera:
    """A camera 600 mm in front of a head turned by ``yaw_deg``."""
    width, height = size
    turn = np.radians(yaw_deg)
    R_turn = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    K = np.array([[1.8 * height, 0, width / 2], [0, 1.8 * height, height / 2], [0, 0, 1.0]])
    return Camera(K, np.diag([1.0, -1.0, -1.0]) @ R_turn, np.array([4.0, -20.0, 600.0]), size)


def make_texture(size: int = 64, *, seed: int = 0) -> Texture:
    """A smooth colour field with a chequered right half, every kind of origin in it."""
    row, column = np.mgrid[:size, :size] / size
    chequer = np.where((row * 16 % 2 < 1) ^ (column * 16 % 2 < 1), 40, 0) * (column > 0.5)
    rgb = np.stack([200 - 80 * row, 120 + 90 * column, 90 + chequer], -1)
    origin = np.full((size, size), Origin.PHOTO, np.uint8)
    origin[:, : size // 4] = Origin.MIRRORED
    origin[: size // 4] = Origin.MODEL
    origin[-2:] = Origin.EMPTY
    rgb += np.random.default_rng(seed).normal(0, 4, rgb.shape)
    return Texture(np.clip(rgb, 0, 255).astype(np.uint8), origin)


def make_photo(size: tuple[int, int] = (320, 240), *, seed: int = 0) -> Photo:
    width, height = size
    row, column = np.mgrid[:height, :width]
    rgb = np.stack([90 + 100 * row / height, 110 + 60 * column / width, np.full((height, width), 130)], -1)
    rgb += np.random.default_rng(seed).normal(0, 5, rgb.shape)
    return Photo(np.clip(rgb, 0, 255).astype(np.uint8), sha256="ab" * 32)


def make_reconstruction(
    rows: int = 16,
    columns: int = 24,
    *,
    texture_size: int | None = 64,
    size: tuple[int, int] = (320, 240),
    seed: int = 0,
) -> Reconstruction:
    """A whole result in which every field holds something; no texture when ``texture_size`` is None."""
    mesh = make_mesh(make_topology(rows, columns, seed=seed), seed=seed)
    camera = make_camera(size)
    landmarks = {name: _project_landmarks(name, mesh, camera) for name in LANDMARK_COUNTS}
    return Reconstruction(
        photo_name="some photo.jpg",
        photo_sha256="ab" * 32,
        photo_size=size,
        engine="builtin",
        device="cpu",
        face=_make_face(landmarks["478"], seed),
        mesh=mesh,
        camera=camera,
        pose=HeadPose(camera.R_camera_head, camera.t_camera_head, 20.0, 0.5, -1.25),
        landmarks=landmarks,
        textures={} if texture_size is None else {"photo": make_texture(texture_size, seed=seed)},
        coefficients={
            "identity": np.random.default_rng(seed).normal(0, 1, 30).astype(np.float32),
            "expression": np.random.default_rng(seed).uniform(0, 1, 52).astype(np.float32),
        },
        reprojection_px=1.25,
        focal_from="exif",
        stages=("detect", "fit", "texture"),
        warnings=("The left ear is hidden.",),
        timings={"detect": 0.01, "fit": 0.2, "texture": 0.15},
    )


def _project_landmarks(name: str, mesh: FaceMesh, camera: Camera) -> LandmarkSet:
    vertices, weights = mesh.topology.landmarks[name]
    xyz = np.einsum("lk,lkc->lc", weights, mesh.vertices[vertices])
    xy = camera.project(xyz).astype(np.float32)
    return LandmarkSet(name, xy, np.arange(len(xy)) % 5 != 0, vertices, weights)


def _make_face(points: LandmarkSet, seed: int) -> Face:
    rng = np.random.default_rng(seed)
    xy = points.xy_px + rng.normal(0, 1, points.xy_px.shape).astype(np.float32)
    detected = LandmarkSet("478", xy, np.ones(len(xy), bool), z_px=rng.normal(0, 10, len(xy)).astype(np.float32))
    box = np.concatenate([xy.min(0), xy.max(0)])
    return Face(box, 0.97, {"478": detected}, rng.uniform(0, 1, len(BLENDSHAPE_NAMES)).astype(np.float32))
