"""Verbs on the light that the shown texture is put under: nine numbers, a strength, and an on and off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from faceviewer.app.state import AppState, Notice
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.app.wearing_state import EVEN, Light, Lit, Numbers, Worn, shown_name
from faceviewer.jobs.background import Background, Outcome
from faceviewer.types import CancelToken, FaceMesh, FaceviewerError, ProgressCallback, Texture

PRESETS: Mapping[str, Numbers] = MappingProxyType(
    {
        "Even": EVEN,
        "From the left": (0.8, 0.1, 0.05, -0.45, 0.0, 0.0, 0.0, 0.0, 0.0),
        "From the right": (0.8, 0.1, 0.05, 0.45, 0.0, 0.0, 0.0, 0.0, 0.0),
        "From above": (0.8, 0.1, 0.45, 0.0, 0.0, 0.05, 0.0, 0.0, 0.0),
        "FFHQ-UV's example": (
            0.80798, -0.03932, 0.23395, -0.18167, 0.01873, 0.02583, -0.15167, -0.01705, -0.12564,
        ),
    }
)  # fmt: skip
"""Name -> nine numbers; left and right are those of the picture."""
OF_MAP = "Light of the map"
STRENGTH_LIMITS = (0.0, 2.0)
NUMBER_REACH = 1.0
"""How far each number goes to both sides of that of the even light."""


class Lighting:
    """Keeps ``AppState.wear.light``, and ``lit`` in step with it: the last wish is always carried out."""

    def __init__(self, store: Store, ui: UserInterface, background: Background) -> None:
        self._store = store
        self._ui = ui
        self._background = background
        self._asked: tuple[Texture, FaceMesh, Light] | None = None
        self._busy = False
        store.subscribe(self._follow)

    def toggle(self) -> None:
        """The light on or off."""
        self._set(on=not self._light.on)

    def use_preset(self, name: str) -> None:
        """The light of that name; that of the map where the worn map has one. Raises KeyError for another name."""
        worn = worn_map(self._store.state)
        known = worn.light if worn is not None and name == OF_MAP else None
        self._set(on=True, numbers=PRESETS[name] if known is None else known, source=name)

    def set_number(self, index: int, value: float) -> None:
        """One of the nine numbers, by hand."""
        numbers = list(self._light.numbers)
        if numbers[index] != value:
            numbers[index] = value
            self._set(on=True, numbers=tuple(numbers), source="")

    def set_strength(self, strength: float) -> None:
        """How far the light goes from the even one."""
        self._set(on=True, strength=strength)

    def ask_file(self) -> None:
        """Ask for a light of the data set and use it."""
        path = self._ui.choose_file("Open a light of FFHQ-UV", ["*.npy"])
        if path is not None:
            self.use_file(path)

    def use_file(self, path: Path) -> None:
        """The light in a ``lights/ID.npy``; what is none is told in a notice, and nothing changes."""
        from faceviewer.raster.uv_maps.relight import load_light

        try:
            numbers = tuple(float(number) for number in load_light(path))
        except FaceviewerError as error:
            self._store.update(replace(self._store.state, notice=Notice(f"{error}.", "error")))
            return
        self._set(on=True, numbers=numbers, source=path.name)

    @property
    def _light(self) -> Light:
        return self._store.state.wear.light

    def _set(self, **changes: Any) -> None:
        light = replace(self._light, **changes)
        if light != self._light:
            self._put(light=light)

    def _follow(self, state: AppState, before: AppState) -> None:
        """Something was changed, perhaps texture, mesh or light."""
        if not state.wear.light.on:
            self._asked = None
            if state.wear.lit is not None or state.wear.trouble:
                self._put(lit=None, trouble="")
            return
        if not self._busy:
            self._work()

    def _work(self) -> None:
        wish = _wish(self._store.state)
        if wish is None or wish == self._asked:
            return
        self._asked = wish
        self._busy = True
        texture, mesh, light = wish

        def work(_: ProgressCallback, __: CancelToken) -> Lit:
            from faceviewer.app.lighting_work import light_texture

            return Lit(texture, mesh, light, light_texture(texture, mesh, light.effective))

        self._background.submit("The light", work, self._done)

    def _done(self, outcome: Outcome) -> None:
        self._busy = False
        if not self._light.on:
            return
        if isinstance(outcome.value, Lit):
            self._put(lit=outcome.value, trouble="")
        else:
            self._put(lit=None, trouble=f"{outcome.error[:1].upper()}{outcome.error[1:].removesuffix('.')}.")
        if not self._busy:
            self._work()

    def _put(self, **changes: Any) -> None:
        state = self._store.state
        self._store.update(replace(state, wear=replace(state.wear, **changes)))


def worn_map(state: AppState) -> Worn | None:
    """The map that the shown head wears, as far as that is known since it was put on."""
    ref, result = state.shown.head, state.shown.result
    worn = state.wear.worn.get(ref) if ref is not None else None
    return worn if worn is not None and result is not None and worn.texture in result.textures else None


def _wish(state: AppState) -> tuple[Texture, FaceMesh, Light] | None:
    """What is to be lit; None for nothing, also while heads change with every frame."""
    result, mesh = state.result(state.shown.head), state.shown.mesh
    if result is None or mesh is None or state.live is not None:
        return None
    name = shown_name(result, state.view.texture)
    return None if name is None else (result.textures[name], mesh, state.wear.light)
