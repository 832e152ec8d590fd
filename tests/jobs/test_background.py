"""Work in the background comes back to its receivers in order, whatever it met."""

from __future__ import annotations

import threading

import pytest
from fake_ui import Mailbox

from faceviewer.jobs.background import Background, Outcome
from faceviewer.types import FaceviewerError, Progress


@pytest.fixture
def mailbox():
    return Mailbox()


def test_values_progress_and_order(mailbox):
    background, received = Background(mailbox), []

    def work(progress, cancel):
        progress(Progress("half", 0.5))
        return threading.current_thread().name

    for _ in range(2):
        background.submit("Work", work, received.append, received.append)
    assert background.close()
    assert received == [], "nothing is handed over in the other thread"
    mailbox.hand_over()
    assert [type(item) for item in received] == [Progress, Outcome, Progress, Outcome]
    assert received[1].value == "faceviewer-background" != threading.current_thread().name


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FaceviewerError("a.obj: cannot be written"), "a.obj: cannot be written"),
        (ZeroDivisionError("x"), "Work failed unexpectedly; the log has the details."),
        (MemoryError(), "Work: there is not enough memory."),
    ],
)
def test_errors_become_sentences_and_the_thread_lives_on(mailbox, error, sentence):
    background, received = Background(mailbox), []

    def fail(progress, cancel):
        raise error

    background.submit("Work", fail, received.append)
    background.submit("More", lambda progress, cancel: 7, received.append)
    background.close()
    mailbox.hand_over()
    assert received[0].error == sentence and received[0].value is None
    assert received[1].value == 7


def test_cancelling(mailbox):
    background, received, started = Background(mailbox), [], threading.Event()

    def wait(progress, cancel):
        started.set()
        while True:
            cancel.check()

    running = background.submit("Work", wait, received.append)
    waiting = background.submit("More", lambda progress, cancel: 1, received.append)
    assert started.wait(10)
    waiting.cancel()
    running.cancel()
    assert background.close()
    mailbox.hand_over()
    assert [outcome.cancelled for outcome in received] == [True, True]


def test_closing_one_that_never_worked(mailbox):
    assert Background(mailbox).close()
