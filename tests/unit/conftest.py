"""What the unit tests share."""

from __future__ import annotations

from hypothesis import settings

# A deadline an example would be a timed test: on a busy machine it fails for nothing.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
