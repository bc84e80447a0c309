"""Models that answer requests: what a backend is, its look-up by name, and the backends of the project."""

from pytest_haerae.backends.protocol import Backend, BackendParameters

__all__ = ["Backend", "BackendParameters"]
