"""Python's collector of garbage, kept away while much is made, and from what stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep Python's collector of cycles away while much is made that has none.

    It goes over all that is there each time that this has grown by a part: a third of the time that reading large
    data takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def without_what_stays() -> Iterator[None]:
    """Keep the collector from going over what is there: a test's nodes and an evaluation's items live to the end.

    All of it is the collector's again afterwards. Where somebody else has set objects aside nothing is changed: the two
    could not be told apart.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
