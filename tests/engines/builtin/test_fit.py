"""The fit: derivatives, known truths, priors, people who share an identity."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pytest
import torch

from faceviewer.engines.builtin.fit import (
    FitState,
    Observations,
    _linearise,
    fit,
    project_points,
    rotation_matrix,
)
from faceviewer.engines.builtin.point_model import PointModel, point_model
from faceviewer.engines.builtin.stages import settle
from faceviewer.engines.builtin.start import start_state
from faceviewer.models.head_model import load_head
from faceviewer.types import Cancelled, CancelToken

TURNED = rotation_matrix(torch.tensor([[3.0, 0.1, 0.1], [2.9, 0.3, -0.2], [3.0, -0.3, 0.1]]))


@pytest.fixture(scope="module")
def model() -> PointModel:
    head = load_head()
    return point_model(head, head.topology.landmarks["478"], "cpu")


Params = TypeVar("Params", FitState, Observations)


def each_tensor(params: Params, change: Callable[[torch.Tensor], torch.Tensor]) -> Params:
    tensors = {name: change(value) for name, value in vars(params).items() if isinstance(value, torch.Tensor)}
    return replace(params, **tensors)


def row(k: int, value: torch.Tensor) -> torch.Tensor:
    return value[k : k + 1]


def truth(model: PointModel, faces: int = 3, people: int | None = None) -> FitState:
    torch.manual_seed(0)
    people = faces if people is None else people
    expression = torch.zeros(faces, model.expression_count)
    expression[:, model.expression_names.index("jawOpen")] = torch.linspace(0.1, 0.5, faces)
    t = torch.tensor([[10.0, -5, 600], [0, 20, 800], [-15, 0, 500]])[:faces]
    focal = torch.tensor([900.0, 1000, 800])[:faces].log()
    return FitState(TURNED[:faces], t, focal, torch.randn(people, model.identity_count), expression)


def seen(model: PointModel, state: FitState, person: list[int], *, focal_sd: float = 1e-4) -> Observations:
    faces = len(state.t)
    blank = Observations(
        torch.zeros(faces, len(model.mean), 2),
        torch.zeros(faces, len(model.mean)),
        torch.full((faces, 2), 320.0),
        torch.full((faces, len(model.mean)), 0.05),
        torch.tensor(person),
        state.log_focal,
        torch.full((faces,), focal_sd),
        torch.zeros(faces, model.expression_count),
        0.25,
        torch.zeros_like(state.identity),
    )
    xyz_camera, xy_px = project_points(model, state, blank)
    depth_px = (xyz_camera[..., 2] - state.t[:, 2:]) * state.scale_px_per_mm()[:, None]
    return replace(blank, xy_px=xy_px, z_px=depth_px)


def test_jacobian_is_the_derivative_of_the_residuals(model):
    state = truth(model, 1)
    observed = seen(model, state, [0])
    observed = replace(observed, xy_px=observed.xy_px + torch.randn_like(observed.xy_px))
    precise = PointModel(model.mean.double(), model.basis.double(), model.identity_count, model.expression_names)
    state, observed = each_tensor(state, torch.Tensor.double), each_tensor(observed, torch.Tensor.double)
    observed = replace(observed, person=observed.person.long())
    scale = state.scale_px_per_mm()
    K = model.identity_count

    def half_cost(step: torch.Tensor) -> torch.Tensor:
        moved = FitState(
            rotation_matrix(step[None, :3]) @ state.R,
            state.t + step[3:6],
            state.log_focal + step[6],
            state.identity + step[7 : 7 + K],
            state.expression + step[7 + K :],
        )
        _, xy_px = project_points(precise, moved, observed)
        residual = (observed.xy_px - xy_px) / (scale[:, None, None] * observed.sd_mm[..., None])
        prior = ((observed.expression - moved.expression) / observed.expression_sd).square().sum()
        prior = prior + ((observed.log_focal - moved.log_focal) / observed.log_focal_sd).square().sum()
        return (residual.square().sum() + prior + moved.identity.square().sum()) / 2

    step = torch.zeros(7 + K + model.expression_count, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(half_cost(step), step)
    equations = _linearise(precise, observed, state)
    analytic = torch.cat([equations.own_gradient[0, :7], equations.shared_gradient[0], equations.own_gradient[0, 7:]])
    assert torch.allclose(-gradient, analytic, rtol=1e-5, atol=1e-4 * float(gradient.abs().max()))
    assert equations.cost.item() == pytest.approx(2 * half_cost(step).item(), rel=1e-9)


def test_a_known_face_is_found_again(model):
    state = truth(model)
    observed = seen(model, state, [0, 1, 2])
    start = start_state(model, observed)
    found = fit(model, observed, start, iterations=25)
    xyz = model.points(state.coefficients(observed.person))
    assert (model.points(found.coefficients(observed.person)) - xyz).norm(dim=2).mean() < 0.8
    assert (found.t - state.t).norm(dim=1).max() < 12
    _, xy_px = project_points(model, found, observed)
    assert (xy_px - observed.xy_px).norm(dim=2).median() < 0.1


def test_faces_fitted_together_are_as_fitted_alone(model):
    state = truth(model)
    observed = seen(model, state, [0, 1, 2])
    start = start_state(model, observed)
    together = fit(model, observed, start, iterations=6)
    for k in range(3):
        one = replace(each_tensor(observed, partial(row, k)), person=torch.tensor([0]))
        alone = fit(model, one, each_tensor(start, partial(row, k)), iterations=6)
        assert torch.allclose(alone.identity[0], together.identity[k], atol=0.05)
        assert torch.allclose(alone.t[0], together.t[k], rtol=1e-2, atol=1.0)


def test_photos_of_one_person_share_the_identity_and_know_it_better(model):
    person = truth(model, 3, people=1)
    observed = seen(model, person, [0, 0, 0])
    torch.manual_seed(1)
    noisy = replace(
        observed,
        xy_px=observed.xy_px + torch.randn_like(observed.xy_px) * 2,
        sd_mm=torch.full_like(observed.sd_mm, 1.5),
    )

    def identity_error(persons: list[int]) -> float:
        several = replace(
            noisy,
            person=torch.tensor(persons),
            identity=torch.zeros(max(persons) + 1, model.identity_count),
        )
        found = fit(model, several, start_state(model, several), iterations=12)
        return float((found.identity - person.identity).square().mean())

    assert identity_error([0, 0, 0]) < identity_error([0, 1, 2])


def test_the_cost_never_rises_and_expressions_stay_in_bounds(model):
    state = truth(model)
    observed = seen(model, state, [0, 1, 2], focal_sd=0.3)
    torch.manual_seed(2)
    observed = replace(observed, xy_px=observed.xy_px + 15 * torch.randn_like(observed.xy_px))
    current = start_state(model, replace(observed, z_px=torch.randn(3, len(model.mean)) * 300))
    cost = _linearise(model, observed, current).cost
    for _ in range(8):
        current = fit(model, observed, current, iterations=1)
        new_cost = _linearise(model, observed, current).cost
        assert (new_cost <= cost * (1 + 1e-5)).all()
        assert current.expression.min() >= 0 and current.expression.max() <= 1
        cost = new_cost


def test_settling_moves_pose_and_camera_alone(model):
    state = truth(model)
    observed = seen(model, state, [0, 1, 2])
    start = replace(state, R=rotation_matrix(torch.full((3, 3), 0.05)) @ state.R)
    found = settle(model, observed, start)
    assert torch.equal(found.identity, start.identity) and torch.equal(found.expression, start.expression)
    assert torch.allclose(found.R, state.R, atol=1e-3)


def test_a_cancelled_fit_stops(model):
    token = CancelToken()
    token.cancel()
    state = truth(model)
    with pytest.raises(Cancelled):
        fit(model, seen(model, state, [0, 1, 2]), state, iterations=3, cancel=token)
