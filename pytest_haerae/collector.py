"""Python's collector of garbage, kept away while much is made, and from what stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 10
"""How much more seldom the oldest objects are gone over while most of them are set aside. CPython goes over them each
time that they have grown by a quarter: of the few that are left that is soon, 12 times while 35,000 tests run, and
twice where nothing is set aside."""


_MOST = 2**31 - 1
"""The greatest threshold that there is."""


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep Python's collector of cycles away while much is made that has none.

    It goes over all that is there each time that this has grown by a part: a third of the time that reading large
    data takes.
    """
    _, *older = gc.get_threshold()
    # Not `gc.disable`: what others say of the collector meanwhile, such as a test module that disables it, stays so.
    with _thresholds(0, *older):
        yield


@contextmanager
def without_what_stays() -> Iterator[None]:
    """Keep the collector from going over what is there: a test's nodes and an evaluation's items live to the end.

    What comes meanwhile it goes over more seldom. Afterwards all is the collector's again, as often as before. Where
    somebody else has set objects aside nothing is changed: the two could not be told apart.
    """
    if gc.get_freeze_count():
        yield
        return
    *younger, oldest = gc.get_threshold()
    with _thresholds(*younger, min(_SELDOM * oldest, _MOST)):
        gc.freeze()
        try:
            yield
        finally:
            gc.unfreeze()


@contextmanager
def _thresholds(*given: int) -> Iterator[None]:
    """Set the collector's thresholds, and set them back unless somebody has set others meanwhile."""
    usual = gc.get_threshold()
    gc.set_threshold(*given)
    try:
        yield
    finally:
        if gc.get_threshold() == given:
            gc.set_threshold(*usual)
