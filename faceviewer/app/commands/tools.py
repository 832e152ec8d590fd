"""Commands of the menu Tools: what a click does, measuring, comparing, live following, models."""

from __future__ import annotations

from functools import partial

from faceviewer.app.commands.command import Command, has_head, has_head_of_photo
from faceviewer.app.state import AppState, Tool
from faceviewer.app.verbs import Verbs
from faceviewer.app.wearing_state import is_map
from faceviewer.engines.registry import engine_ids, engine_spec

_TOOLS: tuple[tuple[Tool, str, str, str, str], ...] = (
    ("select", "Select", "Q", "select", "Click vertices, landmarks and texels to see their values."),
    ("distance", "Measure a distance", "L", "measure", "Click two points: the straight distance between them."),
    ("surface", "Measure along the surface", "Shift+L", "surface", "Click two points: the shortest way over the skin."),
    ("angle", "Measure an angle", "A", "angle", "Click three points: the angle at the second."),
)


def _use(tool: Tool, verbs: Verbs) -> None:
    verbs.selecting.use_tool(tool)


def _in_hand(tool: Tool, state: AppState) -> bool:
    return state.tool == tool


def _is_live(state: AppState) -> bool:
    return state.live is not None


def _can_play(state: AppState) -> bool:
    return _is_live(state) or (state.shown.document is not None and state.shown.document.kind == "video")


def _two_heads(state: AppState) -> bool:
    return len(state.heads()) > 1


def _wears_map(state: AppState) -> bool:
    return state.shown.result is not None and any(is_map(name) for name in state.shown.result.textures)


def _play_or_freeze(verbs: Verbs) -> None:
    live = verbs.store.state.live
    if live is not None and live.playing:
        verbs.live.pause()
    else:
        verbs.live.play()


def _mirror(verbs: Verbs) -> None:
    live = verbs.store.state.live
    if live is not None:
        verbs.live.set_mirror(not live.mirror)


def _compare_engine(engine_id: str, verbs: Verbs) -> None:
    verbs.engines.compare(engine_id)


def _can_compare(engine_id: str, state: AppState) -> bool:
    return has_head_of_photo(state) and state.shown.result is not None and state.shown.result.engine != engine_id


def _compare_engine_commands() -> tuple[Command, ...]:
    return tuple(
        Command(
            f"tools.compare_engine.{name}",
            engine_spec(name).title,
            "Tools/Compare with the head of",
            partial(_compare_engine, name),
            "",
            "Make this face's head with this engine, too, and set the two side by side.",
            partial(_can_compare, name),
        )
        for name in engine_ids()
    )


TOOL_COMMANDS = (
    *(
        Command(f"tools.{tool}", title, "Tools", partial(_use, tool), key, explanation, has_head,
                partial(_in_hand, tool), icon)
        for tool, title, key, icon, explanation in _TOOLS
    ),
    Command("tools.clear_measurements", "Remove all measurements", "Tools", lambda verbs: verbs.measuring.clear(), "",
            "Take all measured lines and angles off the head.", lambda state: bool(state.work.measurements)),
    Command("tools.compare", "Compare with another head", "Tools", lambda verbs: verbs.comparing.start_or_stop(),
            "Ctrl+M", "Two heads side by side, or their distance as a heat map.", _two_heads,
            lambda state: state.comparison is not None, "compare", toolbar="icon", separator=True),
    *_compare_engine_commands(),
    Command("tools.heat_map", "Heat map", "Tools", lambda verbs: verbs.comparing.toggle_heat_map(), "H",
            "Colour one head by its distance from the other.", lambda state: state.comparison is not None,
            lambda state: state.comparison is not None and state.comparison.layout == "heat map", "heat-map"),
    Command("tools.freeze", "Play or freeze", "Tools", _play_or_freeze, "Space",
            "Stop at this frame of the camera or video, or go on.", _can_play,
            lambda state: state.live is not None and state.live.playing, "freeze", separator=True),
    Command("tools.mirror", "Mirror the camera's picture", "Tools", _mirror, "",
            "Show it like a mirror; the data stay as the camera sees them.", _is_live,
            lambda state: state.live is not None and state.live.mirror, "mirror"),
    Command("tools.stop_live", "Stop following", "Tools", lambda verbs: verbs.live.stop(), "",
            "Close the camera or video.", _is_live, icon="stop"),
    Command("tools.pose_over_time", "Head pose over time...", "Tools",
            lambda verbs: verbs.ui.open_dialog("pose over time"), "",
            "Follow the heads of all people through a video: curves of how they turn and move, CSV and JSON.",
            icon="pose-over-time", separator=True),
    Command("tools.models", "Models...", "Tools", lambda verbs: verbs.ui.open_dialog("models"), "",
            "See which files of published systems are there and what works with them; bring and check such files.",
            icon="models", separator=True),
    Command("tools.ffhq_album", "FFHQ album...", "Tools", lambda verbs: verbs.ui.open_dialog("ffhq album"), "",
            "Browse, search and check a copy of the data set Flickr-Faces-HQ, with authors and licences.",
            icon="album"),
    Command("tools.uv_maps", "UV maps...", "Tools", lambda verbs: verbs.ui.open_dialog("uv maps"), "",
            "Browse a copy of FFHQ-UV's texture maps and put them on heads.", icon="uv-maps"),
    Command("tools.head_pose_sets", "Head-pose data sets...", "Tools",
            lambda verbs: verbs.ui.open_dialog("head pose sets"), "",
            "Browse ARKitFace, 300W-LP, AFLW2000-3D, BIWI or photos of your own: the truth beside an engine's result.",
            icon="head-pose-sets"),
    Command("tools.wear_map", "Wear a map...", "Tools", lambda verbs: verbs.wearing.ask_map(), "",
            "Put a texture map made for FFHQ-UV's head on the shown head.", has_head),
    Command("tools.take_map_off", "Take the map off", "Tools", lambda verbs: verbs.wearing.take_off(), "",
            "Show the head as it was before it wore a map.", _wears_map),
)  # fmt: skip
