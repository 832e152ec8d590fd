"""TRG: a face's mesh and its place before the camera, found together and refined in three rounds.

Source: S. Chun and J. Y. Chang, 6DoF head pose estimation through explicit bidirectional interaction with face
geometry, ECCV 2024. Metres; the camera looks along +z with y down, and a head that is not turned has the same axes and
shows it its face, whose nose has the most negative z.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from faceviewer.networks import resnet18

INPUT_SIZE = 192
VERTICES, SUBSET, LANDMARKS = 1220, 305, 68
ROUNDS = 3
_GRID = 18
"""Points along each side of the first round's grid."""
_MAP_WIDTH, _SAMPLED = 256, 5
"""Channels of the maps, and what is left of them at a point."""
_WIDE = 1024
_POSE, _BOX = 9, 3
_BOX_METRES = 0.2
"""Side of a face's box before the camera: what turns the box's size in the picture into a distance."""


@dataclass(frozen=True, eq=False)
class Views:
    """Where the crops of a batch come from."""

    box_ltrb: Tensor
    """(B, 4) left, top, right, bottom in pixels of the whole pictures; the width is the size."""
    picture_wh: Tensor
    """(B, 2) width and height of the whole pictures, whose middle the camera looks at."""
    focal_px: Tensor
    """(B,) of the whole pictures."""
    K_crop: Tensor
    """(B, 3, 3) the cameras that see the crops, pixels of 192; only for finding the mesh's points in them."""

    def information(self) -> Tensor:
        """(B, 3) what the regressors are told: direction of the box's middle, and its size, over the focal length."""
        return torch.cat([4 * self._off_centre(), self._size()], 1) / self.focal_px[:, None]

    def translation(self, correction: Tensor) -> Tensor:
        """(B, 3) size and shift, relative to the box, to (B, 3) metres before the camera."""
        scale, shift = _BOX_METRES * correction[:, :1], correction[:, 1:]
        size = self._size()
        across = scale * (shift / 2 + self._off_centre() / size)
        return torch.cat([across, scale * self.focal_px[:, None] / size], 1)

    def _off_centre(self) -> Tensor:
        return (self.box_ltrb[:, :2] + self.box_ltrb[:, 2:]) / 2 - self.picture_wh / 2

    def _size(self) -> Tensor:
        return self.box_ltrb[:, 2:3] - self.box_ltrb[:, :1]


@dataclass(frozen=True, eq=False)
class TrgState:
    """What the network believes of a batch after one of its rounds."""

    mesh: Tensor
    """(B, 1220, 3) metres, head frame."""
    pose9: Tensor
    """(B, 9) the rotation's first two columns row by row, not made orthonormal, and the box's correction."""
    R: Tensor
    """(B, 3, 3) from the head to the camera: ``mesh_camera = mesh @ R.T + t``."""
    t: Tensor
    """(B, 3) metres."""

    @property
    def correction(self) -> Tensor:
        """(B, 3) size and shift relative to the box."""
        return self.pose9[:, 6:]

    @property
    def mesh_camera(self) -> Tensor:
        """(B, 1220, 3) metres, camera frame."""
        return self.mesh @ self.R.transpose(1, 2) + self.t[:, None]


@dataclass(frozen=True, eq=False)
class TrgOutput:
    """All that the network gives."""

    states: tuple[TrgState, ...]
    """The start, then each of the three rounds; the last is the answer."""
    samples_px: tuple[Tensor, ...]
    """(B, 305, 2) where rounds 2 and 3 looked, pixels of the crop."""
    landmarks: Tensor | None
    """(B, 68, 2) in the crop, -1 to 1; None unless asked for."""


class Trg(nn.Module):
    """Backbone, three upsamplings, and for each a sampler and a regressor."""

    points_grid: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.feature_extractor = resnet18.ResNet18()
        widths = (resnet18.WIDTH, _MAP_WIDTH, _MAP_WIDTH)
        self.deconv_layers = nn.Sequential(*(layer for width in widths for layer in _upsampling(width)))
        self.laf_extractor = nn.ModuleList(PointSampler() for _ in range(ROUNDS))
        counts = (_GRID * _GRID, SUBSET, SUBSET)
        self.regressor = nn.ModuleList(Regressor(_SAMPLED * count) for count in counts)
        self.predict_68_lmk = nn.Sequential(nn.Conv2d(_MAP_WIDTH, LANDMARKS, 1))
        steps = torch.linspace(-1, 1, _GRID)
        self.register_buffer("points_grid", torch.stack(torch.meshgrid(steps, steps, indexing="ij")).reshape(1, 2, -1))

    def forward(self, crops: Tensor, views: Views, subset: Tensor, *, landmarks: bool = False) -> TrgOutput:
        """(B, 3, 192, 192) RGB, normalised as ImageNet's pictures, and what is known of them.

        subset: (305,) int64, the vertices whose features rounds 2 and 3 look at; it is no part of the checkpoint.
        landmarks: whether to find the 68, which nothing else needs.
        """
        features = self.feature_extractor(crops)
        states, samples = [self._start(len(crops), views)], []
        information = views.information()
        for number, (sampler, regressor) in enumerate(zip(self.laf_extractor, self.regressor, strict=True)):
            features = self.deconv_layers[3 * number : 3 * number + 3](features)
            last = states[-1]
            chosen = last.mesh[:, subset]
            if number:
                samples.append(project(chosen @ last.R.transpose(1, 2) + last.t[:, None], views.K_crop))
                points = samples[-1] / INPUT_SIZE * 2 - 1
            else:
                points = self.points_grid.transpose(1, 2).expand(len(crops), -1, -1)
            known = [sampler(features, points), chosen.flatten(1), last.pose9, information]
            moved, turned = regressor(torch.cat(known, 1))
            states.append(_state(last.mesh + moved, last.pose9 + turned, views))
        found = soft_argmax(self.predict_68_lmk(features)) if landmarks else None
        side = features.shape[-1]
        return TrgOutput(tuple(states), tuple(samples), None if found is None else found / side * 2 - 1)

    def _start(self, count: int, views: Views) -> TrgState:
        """The same for every face; all three regressors have it, and the first one's counts."""
        first = self.regressor[0]
        assert isinstance(first, Regressor)
        return _state(first.init_face.expand(count, -1, -1), first.init_head_pose.expand(count, -1), views)


class PointSampler(nn.Module):
    """What a map says at some points: bilinear features, narrowed point by point."""

    def __init__(self) -> None:
        super().__init__()
        self.conv0 = nn.Conv1d(_MAP_WIDTH, 128, 1)
        self.conv1 = nn.Conv1d(128 + _MAP_WIDTH, 64, 1)
        self.conv2 = nn.Conv1d(64 + _MAP_WIDTH, _SAMPLED, 1)

    def forward(self, features: Tensor, points: Tensor) -> Tensor:
        """(B, 256, h, w) and (B, N, 2) points, -1 to 1 at the middles of the outermost cells, to (B, 5 N).

        Outside all features are 0. The answers of all points to one channel lie together.
        """
        seen = functional.grid_sample(features, points[:, :, None], align_corners=True)[..., 0]
        x = functional.leaky_relu_(_at_each_point(self.conv0, seen))
        x = functional.leaky_relu_(_at_each_point(self.conv1, torch.cat([x, seen], 1)))
        return torch.relu_(_at_each_point(self.conv2, torch.cat([x, seen], 1))).flatten(1)


class Regressor(nn.Module):
    """Linear maps, one after the other without anything between them, from all that is known to what is to be added."""

    init_face: Tensor
    init_head_pose: Tensor

    def __init__(self, sampled: int) -> None:
        super().__init__()
        self.register_buffer("init_face", torch.zeros(1, VERTICES, 3))
        self.register_buffer("init_head_pose", torch.zeros(1, _POSE))
        self.fc1 = nn.Linear(sampled + 3 * SUBSET + _POSE + _BOX, _WIDE)
        self.fc2 = nn.Linear(_WIDE, _WIDE)
        self.decshape = nn.Linear(_WIDE, 3 * VERTICES)
        self.decpose = nn.Linear(_WIDE, _POSE)

    def forward(self, known: Tensor) -> tuple[Tensor, Tensor]:
        """(B, F) to what moves the mesh, (B, 1220, 3), and what turns the pose, (B, 9)."""
        x = self.fc2(self.fc1(known))
        return self.decshape(x).unflatten(1, (VERTICES, 3)), self.decpose(x)


def rotation_from_six(six: Tensor) -> Tensor:
    """(..., 6) two columns of a matrix, row by row, made orthonormal from the first on: (..., 3, 3) rotations."""
    first, second = six.unflatten(-1, (3, 2)).unbind(-1)
    x = functional.normalize(first, dim=-1)
    y = functional.normalize(second - (x * second).sum(-1, keepdim=True) * x, dim=-1)
    return torch.stack([x, y, torch.linalg.cross(x, y, dim=-1)], -1)


def soft_argmax(heatmaps: Tensor) -> Tensor:
    """(B, L, h, w) raw heat maps to (B, L, 2) expected x and y, in cells."""
    height, width = heatmaps.shape[-2:]
    share = torch.softmax(heatmaps.flatten(2), -1).unflatten(-1, (height, width))
    columns, rows = (torch.arange(n, device=share.device, dtype=share.dtype) for n in (width, height))
    return torch.stack([share.sum(2) @ columns, share.sum(3) @ rows], -1)


def _state(mesh: Tensor, pose9: Tensor, views: Views) -> TrgState:
    return TrgState(mesh, pose9, rotation_from_six(pose9[:, :6]), views.translation(pose9[:, 6:]))


def _at_each_point(convolution: nn.Conv1d, x: Tensor) -> Tensor:
    """What a convolution of kernel 1 gives; torch's own takes twice as long for it on the CPU."""
    assert convolution.bias is not None
    return convolution.weight[..., 0] @ x + convolution.bias[:, None]


def project(points: Tensor, K: Tensor) -> Tensor:
    """(B, N, 3) before cameras (B, 3, 3) to (B, N, 2) pixels."""
    seen = points @ K.transpose(1, 2)
    return seen[..., :2] / seen[..., 2:]


def _upsampling(inputs: int) -> tuple[nn.Module, ...]:
    """Doubles a map's sides."""
    convolution = nn.ConvTranspose2d(inputs, _MAP_WIDTH, 4, 2, 1, bias=False)
    return convolution, nn.BatchNorm2d(_MAP_WIDTH), nn.ReLU(inplace=True)
