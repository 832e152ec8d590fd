"""Commands of the menu View. The keys of the views are those of F3D: 1 front, 3 side, 7 top, 5 orthographic."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from faceviewer.app.commands.command import (
    Command,
    has_colors,
    has_head,
    has_head_of_photo,
    has_parts,
    has_texture,
    has_uv,
)
from faceviewer.app.state import DISPLAY_MODES, LANDMARK_SETS, AppState, DisplayMode
from faceviewer.app.verbs import Verbs
from faceviewer.app.viewing import Direction
from faceviewer.types import PART_NAMES

DISPLAY_TITLES: dict[DisplayMode, str] = {
    "textured": "Texture, true colours",
    "textured lit": "Texture with light",
    "shaded": "Shaded",
    "edges": "Shaded with edges",
    "wireframe": "Wireframe",
    "points": "Points",
    "normals": "Normals",
    "parts": "Face parts",
    "origin": "Where the texture comes from",
    "depth": "Depth",
    "checker": "UV checker",
}
_DISPLAY_KEYS: dict[DisplayMode, str] = {
    "textured": "T", "textured lit": "Shift+T", "shaded": "S", "edges": "E", "wireframe": "W", "points": "Shift+W",
    "normals": "Shift+N", "parts": "P", "origin": "O", "depth": "D", "checker": "K",
}  # fmt: skip
_DISPLAY_EXPLANATIONS: dict[DisplayMode, str] = {
    "textured": "The texture's exact colours, without any light; or else the vertices' colours, shaded a little.",
    "textured lit": "The texture under a lamp; shows the shape, changes the colours.",
    "shaded": "Plain grey, to judge the shape.",
    "edges": "Plain grey with the edges of all triangles.",
    "wireframe": "Only the edges of the triangles.",
    "points": "Only the vertices.",
    "normals": "Directions of the surface as colours: red to the subject's left, green up, blue out of the face.",
    "parts": "The 8 parts of the face in their colours.",
    "origin": "Which texels the photo shows, and which were mirrored or taken from the model.",
    "depth": "Near is bright, far is dark.",
    "checker": "A checkerboard in UV space: shows how the texture is stretched.",
}
_DISPLAY_ICONS: dict[DisplayMode, str] = {
    "textured": "textured", "textured lit": "textured", "shaded": "shaded", "edges": "edges",
    "wireframe": "wireframe", "points": "points", "normals": "normals", "parts": "parts", "origin": "origin",
    "depth": "depth", "checker": "checker",
}  # fmt: skip
_DIRECTIONS: tuple[tuple[Direction, str, str, str], ...] = (
    ("front", "From the front", "1", "front"),
    ("back", "From behind", "Ctrl+1", ""),
    ("left", "From the subject's left", "3", "left"),
    ("right", "From the subject's right", "Ctrl+3", "right"),
    ("top", "From above", "7", "top"),
    ("bottom", "From below", "Ctrl+7", ""),
)
_PANELS = (
    ("photos", "Photos", "F2"),
    ("layers", "Layers", "F3"),
    ("shape", "Shape", "F4"),
    ("blendshapes", "Blendshapes", "F5"),
    ("properties", "Properties", "F6"),
    ("measure", "Measure", "F7"),
    ("compare", "Compare", "F8"),
    ("log", "Log", "F9"),
)
_LANDMARK_TITLES = {
    "68": "68 landmarks (iBUG)",
    "106": "106 landmarks",
    "134": "134 landmarks",
    "478": "478 landmarks (MediaPipe)",
}


def _set_display(mode: DisplayMode, verbs: Verbs) -> None:
    verbs.viewing.set(display=mode)


def _is_display(mode: DisplayMode, state: AppState) -> bool:
    return state.view.display == mode


def _toggle_panel(name: str, verbs: Verbs) -> None:
    verbs.ui.toggle_panel(name)


def _panel_commands() -> tuple[Command, ...]:
    return tuple(
        Command(
            f"view.panel.{name}",
            title,
            "View/Panels",
            partial(_toggle_panel, name),
            key,
            "Show the panel, bring it to the front, or hide it.",
        )
        for name, title, key in _PANELS
    )


def _look(direction: Direction, verbs: Verbs) -> None:
    verbs.viewing.look(direction)


def _toggle_landmarks(name: str, verbs: Verbs) -> None:
    verbs.viewing.toggle_landmarks(name)


def _has_landmarks(name: str, state: AppState) -> bool:
    return name in state.view.landmark_sets


def _toggle_part(name: str, verbs: Verbs) -> None:
    verbs.viewing.toggle_part(name)


def _has_set(name: str, state: AppState) -> bool:
    return state.shown.result is not None and name in state.shown.result.landmarks


def _has_part(name: str, state: AppState) -> bool:
    return name in state.view.parts


def _flip(field: str, verbs: Verbs) -> None:
    verbs.viewing.set(**{field: not getattr(verbs.store.state.view, field)})


def _is_on(field: str, state: AppState) -> bool:
    return getattr(state.view, field)


def _can_show_camera(state: AppState) -> bool:
    return has_head_of_photo(state) and state.comparison is None


def _switch(
    command_id: str,
    title: str,
    menu: str,
    field: str,
    shortcut: str,
    explanation: str,
    icon: str = "",
    toolbar: Literal["", "icon"] = "",
    enabled: Callable[[AppState], bool] = has_head,
) -> Command:
    flip, is_on = partial(_flip, field), partial(_is_on, field)
    return Command(command_id, title, menu, flip, shortcut, explanation, enabled, is_on, icon, toolbar)


def _display_commands() -> tuple[Command, ...]:
    return tuple(
        Command(
            f"view.display.{mode.replace(' ', '_')}",
            DISPLAY_TITLES[mode],
            "View/Display",
            partial(_set_display, mode),
            _DISPLAY_KEYS[mode],
            _DISPLAY_EXPLANATIONS[mode],
            _display_needs(mode),
            partial(_is_display, mode),
            _DISPLAY_ICONS[mode],
        )
        for mode in DISPLAY_MODES
    )


def _display_needs(mode: DisplayMode) -> Callable[[AppState], bool]:
    if mode in ("textured", "textured lit"):
        return has_colors
    return {"origin": has_texture, "checker": has_uv, "parts": has_parts}.get(mode, has_head)


def _direction_commands() -> tuple[Command, ...]:
    return tuple(
        Command(
            f"view.{name}",
            title,
            "View/Camera",
            partial(_look, name),
            key,
            "",
            has_head,
            icon=icon,
            toolbar="icon" if name in ("front", "left") else "",
        )
        for name, title, key, icon in _DIRECTIONS
    )


def _landmark_commands() -> tuple[Command, ...]:
    return tuple(
        Command(
            f"view.landmarks.{name}",
            _LANDMARK_TITLES[name],
            "View/Landmarks",
            partial(_toggle_landmarks, name),
            f"Alt+{number}",
            "Show this landmark set on the photo, on the head and on the texture.",
            partial(_has_set, name),
            partial(_has_landmarks, name),
            "landmarks",
            toolbar="icon" if name == "68" else "",
        )
        for number, name in enumerate(LANDMARK_SETS, 1)
    )


def _part_commands() -> tuple[Command, ...]:
    return tuple(
        Command(
            f"view.parts.{name}",
            name.replace("_", " ").replace("up lip", "upper lip").replace("down lip", "lower lip").capitalize(),
            "View/Parts",
            partial(_toggle_part, name),
            "",
            "Show this part; right and left are the subject's.",
            has_parts,
            partial(_has_part, name),
        )
        for name in PART_NAMES
    )


VIEW_COMMANDS = (
    *_display_commands(),
    _switch("view.smooth", "Smooth shading", "View/Display", "smooth", "Shift+S",
            "Light runs smoothly over the triangles; off shows every triangle flat."),
    _switch("view.texture_nearest", "Sharp texels", "View/Display", "texture_nearest", "",
            "Show texels as squares instead of smoothing between them."),
    Command("view.light", "Light on the texture", "View/Texture", lambda verbs: verbs.lighting.toggle(), "",
            "Put the shown texture under the light of the Layers panel, here, in 3D and, if wished, in exports.",
            has_texture, lambda state: state.wear.light.on, "sun"),
    *_landmark_commands(),
    *_part_commands(),
    _switch("view.parts_overlay", "Tint parts over the picture", "View/Parts", "parts_overlay", "Shift+P",
            "Lay the colours of the parts over photo, head and texture.", "parts", toolbar="icon", enabled=has_parts),
    _switch("view.visible_only", "Visible only", "View", "visible_only", "V",
            "Leave out landmarks and areas that the photo does not show.", enabled=has_head_of_photo),
    _switch("view.pose_axes", "Head pose axes", "View", "pose_axes", "X",
            "Show how the head is turned: yaw, pitch and roll.", "axes", toolbar="icon", enabled=has_head_of_photo),
    Command("view.camera_frustum", "Camera frustum", "View", lambda verbs: verbs.viewing.toggle_camera_frustum(),
            "Shift+C", "Show where the photo's camera stood, its picture before the head, and how far away that was; "
            "not while two heads are compared, which would become too small for that.",
            _can_show_camera, lambda state: state.view.camera_frustum, "frustum"),
    _switch("view.photo_mesh", "Mesh over the photo", "View", "photo_mesh", "M",
            "Draw the fitted triangles over the photo.", enabled=has_head_of_photo),
    _switch("view.through_photo", "Look through the photo's camera", "View", "through_photo", "C",
            "See the head exactly where the photo shows it.", "through-photo", toolbar="icon",
            enabled=has_head_of_photo),
    _switch("view.uv_wireframe", "UV wireframe", "View/Texture", "uv_wireframe", "U",
            "Draw the triangles over the texture."),
    _switch("view.uv_origin", "Where texels come from", "View/Texture", "uv_origin", "Shift+U",
            "Colour texels by photo, mirrored side or model.", "origin"),
    *_direction_commands(),
    Command("view.orthographic", "Orthographic", "View/Camera",
            lambda verbs: verbs.viewing.set_parallel(not verbs.store.state.view.camera.parallel), "5",
            "Without perspective: lengths can be compared.", has_head,
            lambda state: state.view.camera.parallel, "orthographic"),
    Command("view.reset", "Reset view", "View/Camera", lambda verbs: verbs.viewing.reset(), "Return",
            "From the front, all of the head in view.", has_head, icon="reset-view", toolbar="icon"),
    Command("view.frame", "Frame the head", "View/Camera", lambda verbs: verbs.viewing.frame(), "F",
            "Keep the direction and bring all of the head into view.", has_head, icon="frame"),
    Command("view.full_screen", "Full screen", "View", lambda verbs: verbs.ui.toggle_full_screen(), "F11",
            "Use the whole screen.", separator=True),
    *_panel_commands(),
    Command("view.reset_layout", "Reset the panels", "View/Panels", lambda verbs: verbs.ui.reset_layout(), "",
            "Put all panels back to where they were at the first start."),
)  # fmt: skip
