"""Verbs on head poses over time: analysing a video or a folder of frames, looking through it, writing it out.

The analysis has a thread and an engine of its own, because an engine serves one thread at a time: photos can be opened
meanwhile. What was found stays until another analysis has come to its end.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faceviewer.app.engine_choice import engine_choice, engine_or_usual, option_choices
from faceviewer.app.latest import Latest
from faceviewer.app.models_state import Said, SaidLevel
from faceviewer.app.pose_over_time_names import carried, lost_sentence, same_people
from faceviewer.app.pose_over_time_state import Analysed, PoseOverTimeState, PosePicture
from faceviewer.app.settings import Settings
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.jobs.background import Background, Outcome
from faceviewer.jobs.files import VIDEO_SUFFIXES
from faceviewer.types import CancelToken, Progress, ProgressCallback

if TYPE_CHECKING:
    from faceviewer.jobs.pose_pictures import FramePictures
    from faceviewer.jobs.pose_series import PoseSeries

_LONGEST_NAME = 80
_JOINERS = "\u200c\u200d"


class PoseOverTime:
    """Keeps ``AppState.pose_over_time``. ``analyst`` works for minutes, ``asker`` reads frames and writes files."""

    def __init__(
        self, store: Store, ui: UserInterface, settings: Settings, *, analyst: Background, asker: Background
    ) -> None:
        self._store = store
        self._ui = ui
        self._settings = settings
        self._analysis = Latest(analyst)
        self._reading = Latest(asker)
        self._smoothing = Latest(asker)
        self._writer = asker
        self._writing = 0
        self._pictures: FramePictures | None = None

    def look(self) -> None:
        """Take the video that is shown for the next analysis, if there is one; go on where looking was ended."""
        document = self._store.state.shown.document
        if document is not None and document.kind == "video" and document.path is not None and not self._state.job:
            self.choose_source(document.path)
        series = self._state.series
        if series is not None:
            self.move_to(self._state.row)
            if series.smoothing_s != self._state.smoothing_s:
                self.smooth(self._state.smoothing_s)

    def ask_video(self) -> None:
        """Ask for a video."""
        path = self._ui.choose_file("Choose a video", [f"*{suffix}" for suffix in sorted(VIDEO_SUFFIXES)])
        if path is not None:
            self.choose_source(path)

    def ask_folder(self) -> None:
        """Ask for a folder of frames."""
        folder = self._ui.choose_folder("Choose a folder of photos that are the frames of a film")
        if folder is not None:
            self.choose_source(folder)

    def choose_source(self, path: Path) -> None:
        """Analyse this one next."""
        self.wish(source=path.absolute())

    def wish(self, **changes: Any) -> None:
        """Change what the next analysis does."""
        if (wish := replace(self._state.wish, **changes)) != self._state.wish:
            self._put(wish=wish)

    def engine(self) -> str:
        """Id of the engine that the next analysis uses."""
        return engine_or_usual(self._settings, self._state.wish.engine)

    def analyse(self) -> None:
        """Find the poses; what was found before stays until this has succeeded."""
        wish = self._state.wish
        if wish.source is None:
            self._say("Choose a video, or a folder of photos, first.", "warning")
            return
        choice = engine_choice(self._settings, self.engine())
        choices = option_choices(self._settings, choice.id)
        before = self._state.raw

        def work(progress: ProgressCallback, cancel: CancelToken) -> Analysed:
            from faceviewer.app import pose_over_time_work

            series = pose_over_time_work.analyse(wish, choice, choices, progress, cancel)
            return Analysed(series, same_people(before, series, cancel))

        self._put(job=Progress("Starting"), said=())
        self._analysis.start("The analysis", work, self._analysed, lambda step: self._put(job=step))

    def stop(self) -> None:
        """Cancel the analysis; what was found before stays."""
        if self._analysis.is_busy:
            self._analysis.cancel()
            self._put(job=None)
            self._say(f"The analysis was cancelled.{self._kept()}", "info")

    def move_to(self, row: int) -> None:
        """Look at another frame."""
        series = self._state.series
        if series is None or not len(series.frames):
            return
        row = min(max(row, 0), len(series.frames) - 1)
        self._put(row=row)
        picture = self._state.picture
        if picture is not None and picture.row == row and picture.rgb is not None:
            self._reading.cancel()
            return
        pictures = self._pictures_of(series)

        def work(_: ProgressCallback, cancel: CancelToken) -> PosePicture:
            return PosePicture(row, pictures.read(row, cancel))

        def read(outcome: Outcome) -> None:
            trouble = outcome.sentence
            self._put(picture=outcome.value or PosePicture(row, None, trouble))

        self._reading.start("The frame", work, read)

    def show_person(self, number: int, shown: bool) -> None:
        """Draw somebody's curves and axes, or do not."""
        hidden = self._state.hidden - {number} if shown else self._state.hidden | {number}
        if hidden != self._state.hidden:
            self._put(hidden=hidden)

    def rename(self, number: int, name: str) -> None:
        """Call somebody by a name; empty for the number again."""
        name = _plain_name(name)
        series = self._state.series
        if series is None or self._state.names.get(number, "") == name:
            return
        self._put(names={**self._state.names, number: name}, series=series.named({number: name}))

    def smooth(self, seconds: float) -> None:
        """Average poses over time, with this standard deviation; 0 shows what the engine gave."""
        self._put(smoothing_s=seconds)
        raw = self._state.raw
        if raw is None:
            return

        def work(_: ProgressCallback, cancel: CancelToken) -> PoseSeries:
            from faceviewer.jobs.pose_smoothing import smoothed

            return smoothed(raw, seconds, cancel)

        def done(outcome: Outcome) -> None:
            if outcome.value is not None:
                self._put(series=outcome.value.named(self._state.names))
            else:
                self._say(outcome.sentence, "error")

        self._smoothing.start("Smoothing", work, done)

    def export(self) -> None:
        """Ask where to, and write everybody's poses as they are shown, hidden people included."""
        series = self._state.series
        if series is None:
            return
        from faceviewer.jobs.pose_files import POSE_SUFFIXES, write_poses

        suggestion = Path(f"{Path(series.source).stem}_pose.csv")
        path = self._ui.choose_target("Export head poses", suggestion, [f"*{suffix}" for suffix in POSE_SUFFIXES])
        if path is None:
            return
        if path.suffix.lower() not in POSE_SUFFIXES:
            path = path.with_name(f"{path.name}.csv")

        def work(_: ProgressCallback, __: CancelToken) -> Path:
            write_poses(series, path)
            return path

        def done(outcome: Outcome) -> None:
            self._writing -= 1
            told = Said(f"{path} was written.", "ok") if outcome.value is not None else Said(outcome.sentence, "error")
            self._put(said=(*self._state.said, told))

        if not self._writing:
            self._put(said=())
        self._writing += 1
        self._writer.submit("The export", work, done)

    def cancel(self) -> None:
        """Stop all of it: nobody looks any more. What was found stays; a file is written to its end.

        Whoever looks again reads that an analysis was cut short: the choices alone looked as if it had come to its end.
        """
        for line in (self._analysis, self._reading, self._smoothing):
            line.cancel()
        self._pictures = None
        if self._state.job is not None:
            self._put(job=None)
            self._say(f"The analysis was cancelled when this dialog was closed.{self._kept()}", "info")

    @property
    def _state(self) -> PoseOverTimeState:
        return self._store.state.pose_over_time

    def _analysed(self, outcome: Outcome) -> None:
        self._put(job=None)
        analysed: Analysed | None = outcome.value
        if analysed is None:
            self._say(f"{outcome.sentence}{self._kept()}", "error")
            return
        self._pictures = None
        self._reading.cancel()
        self._smoothing.cancel()
        lost, series = self._take(analysed), analysed.series
        count = len(series.people)
        followed = (Said(_followed(count, len(series.frames)), "ok"),) if count else ()  # else a note says so
        self._put(said=(*followed, *(Said(text, "warning") for text in (*series.notes, lost) if text)))
        self.move_to(0)
        if self._state.smoothing_s:
            self.smooth(self._state.smoothing_s)

    def _take(self, analysed: Analysed) -> str:
        """Show a new result, with the names and the hidden people of the one before of the same film.

        Returns which names are gone, in a sentence; another film's are not asked after.
        """
        before, series = self._state.raw, analysed.series
        names = carried(self._state.names, analysed.same)
        again = before is not None and before.source == series.source
        lost = lost_sentence(self._state.names, names.values()) if again else ""
        hidden = frozenset(analysed.same[number] for number in self._state.hidden if number in analysed.same)
        shown = series.named(names) if names else series
        self._put(raw=series, series=shown, names=names, hidden=hidden, row=0, picture=None)
        return lost

    def _kept(self) -> str:
        return " The earlier result is still shown." if self._state.series is not None else ""

    def _pictures_of(self, series: PoseSeries) -> FramePictures:
        if self._pictures is None:
            from faceviewer.jobs.pose_pictures import FramePictures

            self._pictures = FramePictures(series)
        return self._pictures

    def _say(self, text: str, level: SaidLevel) -> None:
        self._put(said=(Said(text, level),))

    def _put(self, **changes: Any) -> None:
        state = self._store.state
        self._store.update(replace(state, pose_over_time=replace(state.pose_over_time, **changes)))


def _plain_name(text: str) -> str:
    """One line of letters, without what cannot be seen; empty when nothing is left.

    Joiners stay where they join something: Persian names and joined emoji are spelled with them.
    """
    kept = "".join(char if char.isprintable() or char in _JOINERS else " " for char in text)
    name = " ".join(kept.split())[:_LONGEST_NAME].rstrip()
    return name if name.strip(f"{_JOINERS} ") else ""


def _followed(people: int, frames: int) -> str:
    who = "1 person was" if people == 1 else f"{people} people were"
    return f"{who} followed through {frames} {'frame' if frames == 1 else 'frames'}."
