"""All verbs of the application, room by room, and how the rooms are put together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from faceviewer.app.aligning import Aligning
from faceviewer.app.comparing import Comparing
from faceviewer.app.editing import Editing
from faceviewer.app.engines import Engines
from faceviewer.app.exporting import Exporting
from faceviewer.app.ffhq import Ffhq
from faceviewer.app.ffhq_jobs import FfhqJobs
from faceviewer.app.head_pose_sets import HeadPoseSets
from faceviewer.app.head_pose_trial import HeadPoseTrial
from faceviewer.app.lighting import Lighting
from faceviewer.app.live import Live
from faceviewer.app.measuring import Measuring
from faceviewer.app.mesh_documents import MeshDocuments
from faceviewer.app.models import Models, models_place
from faceviewer.app.opening import Opening
from faceviewer.app.pose_over_time import PoseOverTime
from faceviewer.app.recent import RecentFiles
from faceviewer.app.reconstructing import Reconstructing
from faceviewer.app.selecting import Selecting
from faceviewer.app.sessions import Sessions
from faceviewer.app.settings import Settings
from faceviewer.app.shown import derive
from faceviewer.app.state import AppState, Notice, ViewState
from faceviewer.app.store import Store
from faceviewer.app.threads import Reader, Worker
from faceviewer.app.ui import UserInterface
from faceviewer.app.uv_maps import UvMaps
from faceviewer.app.viewing import Viewing
from faceviewer.app.wearing import Wearing
from faceviewer.jobs.background import Background
from faceviewer.jobs.events import JobEvent, RecordingEnded


@dataclass(frozen=True)
class Verbs:
    """What commands and views can do. Everything is called in the thread that shows the window."""

    store: Store
    ui: UserInterface
    settings: Settings
    recent: RecentFiles
    opening: Opening
    reconstructing: Reconstructing
    viewing: Viewing
    selecting: Selecting
    editing: Editing
    measuring: Measuring
    comparing: Comparing
    engines: Engines
    live: Live
    exporting: Exporting
    sessions: Sessions
    models: Models
    ffhq: Ffhq
    ffhq_jobs: FfhqJobs
    aligning: Aligning
    wearing: Wearing
    lighting: Lighting
    uv_maps: UvMaps
    pose_over_time: PoseOverTime
    head_pose_sets: HeadPoseSets

    def say(self, notice: Notice | None) -> None:
        """Show one sentence to the user, or take the one that is shown away."""
        self.store.update(replace(self.store.state, notice=notice))

    def handle(self, event: JobEvent) -> None:
        """Take one event of the engine thread to the room that asked for it."""
        if event.generation == self.live.generation or isinstance(event, RecordingEnded):
            self.live.handle(event)
        elif event.generation == self.head_pose_sets.trial.generation:
            self.head_pose_sets.trial.handle(event)
        else:
            self.reconstructing.handle(event)


def build_verbs(
    *,
    ui: UserInterface,
    worker: Worker,
    reader: Reader,
    background: Background,
    settings: Settings,
    recent: RecentFiles,
    album: Background | None = None,
    workshop: Background | None = None,
    wardrobe: Background | None = None,
    analyst: Background | None = None,
) -> Verbs:
    """The rooms around one new store. Nothing is started yet.

    ``album`` reads data sets, ``workshop`` works on their files for hours, and ``wardrobe`` does what people wait for
    while they look at maps and lights, ``analyst`` follows people through videos; without them ``background`` does
    it all.
    """
    view = ViewState(
        display=settings.text("appearance.display"),  # type: ignore[arg-type]
        landmark_size_px=settings.number("appearance.landmark_size"),
    )
    store = Store(derive, AppState(view=view))

    def rest() -> None:
        """The engine cannot follow and do something else."""
        live.rest()

    reconstructing = Reconstructing(store, worker, reader, settings, before_job=rest)
    live = Live(store, worker, reconstructing, settings, background)
    measuring = Measuring(store)

    def let_go() -> None:
        """Stop whatever works on documents that are about to be replaced."""
        live.forget()
        reconstructing.cancel()

    comparing = Comparing(store, background, live)
    sessions = Sessions(store, ui, settings, background, before_open=let_go, remember=recent.add)
    meshes = MeshDocuments(store, reader, lambda: models_place(settings))
    opening = Opening(store, reconstructing, live, recent, meshes, open_session=sessions.open)
    exporting = Exporting(store, ui, settings, background)
    trial = HeadPoseTrial(worker, settings, before_job=rest, give_way=reconstructing.give_way)
    wearing = Wearing(store, ui, settings, wardrobe or background)
    return Verbs(
        store=store,
        ui=ui,
        settings=settings,
        recent=recent,
        opening=opening,
        reconstructing=reconstructing,
        viewing=Viewing(store),
        selecting=Selecting(store, measuring.add_point),
        editing=Editing(store),
        measuring=measuring,
        comparing=comparing,
        engines=Engines(store, settings, reconstructing, comparing),
        live=live,
        exporting=exporting,
        sessions=sessions,
        models=Models(store, ui, settings, background),
        ffhq=Ffhq(store, ui, settings, opening, album or background),
        ffhq_jobs=FfhqJobs(store, ui, workshop or background),
        aligning=Aligning(store, ui, reconstructing, exporting, background),
        wearing=wearing,
        lighting=Lighting(store, ui, wardrobe or background),
        uv_maps=UvMaps(store, ui, settings, opening, wearing, reader=album or background, asker=wardrobe or background),
        pose_over_time=PoseOverTime(store, ui, settings, analyst=analyst or background, asker=wardrobe or background),
        head_pose_sets=HeadPoseSets(
            store, ui, settings, opening, comparing, trial, reader=album or background, asker=wardrobe or background
        ),
    )
