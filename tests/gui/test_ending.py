from __future__ import annotations

import pytest

from faceviewer.gui.ending import do_each


def test_all_steps_are_done_in_their_order() -> None:
    done: list[int] = []
    do_each(lambda: done.append(1), lambda: done.append(2), lambda: done.append(3))
    assert done == [1, 2, 3]


def test_a_step_that_fails_keeps_none_of_the_others_from_being_done() -> None:
    done: list[str] = []
    with pytest.raises(ZeroDivisionError):
        do_each(lambda: done.append("first"), lambda: 1 / 0, lambda: done.append("last"))
    assert done == ["first", "last"]


def test_of_several_errors_none_is_lost() -> None:
    with pytest.raises(ExceptionGroup) as error:
        do_each(lambda: 1 / 0, lambda: {}["none"])
    assert [type(one) for one in error.value.exceptions] == [ZeroDivisionError, KeyError]
