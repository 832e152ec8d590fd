"""Pose, camera, identity and expression from landmarks, by Levenberg-Marquardt with analytic Jacobians.

Every face has 7 + E parameters of its own: a rotation vector and a translation (applied on the left of the pose), the
logarithm of the focal length and the expression. Identity belongs to a person: faces that share a ``person`` share it.
Because the faces are independent given the identity, each step eliminates their own parameters (Schur complement) and
solves one small system per person; one face and many photos of one person are the same code.

Residuals are reprojection errors divided by the scale at the head (px per mm), so they read as millimetres on the face
and are weighted by the landmark network's measured standard deviation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor

from faceviewer.engines.builtin.point_model import PointModel
from faceviewer.types import CancelToken

OWN_RIGID = 7
"""Rotation vector (3), translation (3), log focal length (1)."""
_START_DAMPING, _MORE, _LESS = 1e-4, 10.0, 0.2


@dataclass(frozen=True, eq=False)
class Observations:
    """What was seen of B faces."""

    xy_px: Tensor
    """(B, L, 2) landmarks in photo pixels."""
    z_px: Tensor
    """(B, L) the network's relative depth on the scale of pixels, smaller is nearer; used to start, not to measure."""
    centre_px: Tensor
    """(B, 2) principal points."""
    sd_mm: Tensor
    """(B, L) standard deviation of each landmark on the face."""
    person: Tensor
    """(B,) int64, 0..P-1."""
    log_focal: Tensor
    """(B,) expected logarithm of the focal length in pixels."""
    log_focal_sd: Tensor
    """(B,) how uncertain it is; tiny when the focal length is known."""
    expression: Tensor
    """(B, E) expected expression coefficients, from the blendshapes."""
    expression_sd: float
    identity: Tensor
    """(P, K) expected identity, 0 for the average person."""
    identity_sd: float = 1.0


@dataclass(frozen=True, eq=False)
class FitState:
    """Parameters of B faces of P people."""

    R: Tensor
    """(B, 3, 3) R_camera_head."""
    t: Tensor
    """(B, 3) mm."""
    log_focal: Tensor
    """(B,)"""
    identity: Tensor
    """(P, K)"""
    expression: Tensor
    """(B, E) in [0, 1]."""

    def coefficients(self, person: Tensor) -> Tensor:
        """(B, K + E)"""
        return torch.cat([self.identity[person], self.expression], 1)

    def scale_px_per_mm(self) -> Tensor:
        """(B,) pixels per mm at the head's origin."""
        return self.log_focal.exp() / self.t[:, 2]


@dataclass(frozen=True, eq=False)
class _NormalEquations:
    own: Tensor
    """(B, 7+E, 7+E)"""
    mixed: Tensor
    """(B, 7+E, K)"""
    shared: Tensor
    """(P, K, K)"""
    own_gradient: Tensor
    """(B, 7+E) minus the gradient of half the cost."""
    shared_gradient: Tensor
    """(P, K)"""
    cost: Tensor
    """(P,)"""


def project_points(model: PointModel, state: FitState, observed: Observations) -> tuple[Tensor, Tensor]:
    """((B, L, 3) camera-frame points in mm, (B, L, 2) photo pixels) of the model under ``state``."""
    points = model.points(state.coefficients(observed.person))
    xyz_camera = points @ state.R.transpose(1, 2) + state.t[:, None]
    focal = state.log_focal.exp()[:, None, None]
    return xyz_camera, xyz_camera[..., :2] / xyz_camera[..., 2:] * focal + observed.centre_px[:, None]


def fit(
    model: PointModel,
    observed: Observations,
    start: FitState,
    *,
    iterations: int,
    cancel: CancelToken | None = None,
) -> FitState:
    """The most probable state: Gaussian landmarks, identity and expression with their priors, expression in [0, 1].

    A step that raises a person's cost is taken back and damped more, so the cost never rises.
    """
    state = start
    damping = torch.full((len(start.identity),), _START_DAMPING, device=start.identity.device)
    equations = _linearise(model, observed, state)
    for _ in range(iterations):
        if cancel is not None:
            cancel.check()
        trial = _step(equations, state, observed, damping)
        trial_equations = _linearise(model, observed, trial)
        better = trial_equations.cost <= equations.cost
        state = _choose(better, observed.person, trial, state)
        equations = _choose(better, observed.person, trial_equations, equations)
        damping = torch.where(better, damping * _LESS, damping * _MORE).clamp(1e-7, 1e6)
    return state


_T = TypeVar("_T", FitState, _NormalEquations)


def _choose(better: Tensor, person: Tensor, new: _T, old: _T) -> _T:
    """Per person the new or the old one. Fields are per person or per face; faces follow their person."""
    of_person = {"identity", "shared", "shared_gradient", "cost"}
    chosen = {}
    for name, value in vars(new).items():
        mask = better if name in of_person else better[person]
        chosen[name] = torch.where(mask.view(-1, *[1] * (value.dim() - 1)), value, getattr(old, name))
    return replace(new, **chosen)


def _linearise(model: PointModel, observed: Observations, state: FitState) -> _NormalEquations:
    xyz_camera, xy_px = project_points(model, state, observed)
    rotated = xyz_camera - state.t[:, None]
    depth = xyz_camera[..., 2]
    focal = state.log_focal.exp()[:, None]
    weight = 1 / (state.scale_px_per_mm()[:, None] * observed.sd_mm)  # whitened residual per pixel
    from_centre = xy_px - observed.centre_px[:, None]

    # d(pixel)/d(camera point), whitened: (B, L, 2, 3)
    per_point = torch.zeros(*depth.shape, 2, 3, dtype=depth.dtype, device=depth.device)
    per_point[..., 0, 0] = per_point[..., 1, 1] = focal / depth * weight
    per_point[..., 2] = -from_centre / depth[..., None] * weight[..., None]
    rotation = torch.linalg.cross(rotated[..., None, :].expand_as(per_point), per_point, dim=-1)
    shape = torch.matmul(per_point @ state.R[:, None], model.basis)
    K = model.identity_count
    own = torch.cat([rotation, per_point, (from_centre * weight[..., None])[..., None], shape[..., K:]], -1)
    own = own.flatten(1, 2)
    identity = shape[..., :K].flatten(1, 2)
    residual = ((observed.xy_px - xy_px) * weight[..., None]).flatten(1)

    people = len(state.identity)
    focal_error = (observed.log_focal - state.log_focal) / observed.log_focal_sd
    expression_error = (observed.expression - state.expression) / observed.expression_sd
    prior = torch.zeros(own.shape[0], own.shape[2], dtype=own.dtype, device=own.device)
    prior[:, 6] = 1 / observed.log_focal_sd**2
    prior[:, OWN_RIGID:] = 1 / observed.expression_sd**2
    own_gradient = torch.einsum("brp,br->bp", own, residual)
    own_gradient[:, 6] += focal_error / observed.log_focal_sd
    own_gradient[:, OWN_RIGID:] += expression_error / observed.expression_sd
    own_cost = residual.square().sum(1) + focal_error.square() + expression_error.square().sum(1)

    identity_t = identity.transpose(1, 2)
    identity_error = (observed.identity - state.identity) / observed.identity_sd
    eye = torch.eye(K, dtype=own.dtype, device=own.device) / observed.identity_sd**2
    zeros = torch.zeros(people, K, dtype=own.dtype, device=own.device)
    return _NormalEquations(
        own.transpose(1, 2) @ own + torch.diag_embed(prior),
        own.transpose(1, 2) @ identity,
        eye.repeat(people, 1, 1).index_add(0, observed.person, identity_t @ identity),
        own_gradient,
        zeros.index_add(0, observed.person, (identity_t @ residual[..., None])[..., 0])
        + identity_error / observed.identity_sd,
        identity_error.square().sum(1).index_add(0, observed.person, own_cost),
    )


def _step(equations: _NormalEquations, state: FitState, observed: Observations, damping: Tensor) -> FitState:
    person = observed.person
    fixed = _fixed_parameters(equations, state)
    free = (~fixed).to(equations.own.dtype)
    own = equations.own * free[:, :, None] * free[:, None, :] + torch.diag_embed(fixed.to(free.dtype))
    diagonal = torch.diagonal(own, dim1=1, dim2=2)
    own = own + torch.diag_embed(diagonal * damping[person, None])
    own_gradient = equations.own_gradient * free
    mixed = equations.mixed * free[:, :, None]
    solved = torch.linalg.solve(own, torch.cat([mixed, own_gradient[..., None]], 2))
    shared = equations.shared * (1 + damping[:, None, None] * torch.eye(equations.shared.shape[1]).to(own))
    shared = shared.index_add(0, person, -mixed.transpose(1, 2) @ solved[..., :-1])
    gradient = equations.shared_gradient.index_add(0, person, -(mixed.transpose(1, 2) @ solved[..., -1:])[..., 0])
    identity_step = torch.linalg.solve(shared, gradient)
    own_step = solved[..., -1] - (solved[..., :-1] @ identity_step[person][..., None])[..., 0]
    return FitState(
        rotation_matrix(own_step[:, :3]) @ state.R,
        state.t + own_step[:, 3:6],
        state.log_focal + own_step[:, 6].clamp(-0.3, 0.3),
        state.identity + identity_step,
        (state.expression + own_step[:, OWN_RIGID:]).clamp(0, 1),
    )


def _fixed_parameters(equations: _NormalEquations, state: FitState) -> Tensor:
    """(B, 7+E) bool: expressions at a bound that the gradient pushes beyond stay there (projected Newton)."""
    fixed = torch.zeros(equations.own_gradient.shape, dtype=torch.bool, device=state.R.device)
    uphill = equations.own_gradient[:, OWN_RIGID:]
    fixed[:, OWN_RIGID:] = ((state.expression <= 0) & (uphill < 0)) | ((state.expression >= 1) & (uphill > 0))
    return fixed


def rotation_matrix(vector: Tensor) -> Tensor:
    """(B, 3) axis times angle to (B, 3, 3), Rodrigues' formula."""
    angle = vector.norm(dim=1).clamp_min(1e-8)[:, None, None]
    x, y, z = vector.unbind(1)
    zero = torch.zeros_like(x)
    K = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], 1).view(-1, 3, 3)
    eye = torch.eye(3, dtype=vector.dtype, device=vector.device)
    return eye + torch.sin(angle) / angle * K + (1 - torch.cos(angle)) / angle**2 * (K @ K)
