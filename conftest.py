"""Fixtures of pytest itself that the integration tests use."""

pytest_plugins = ["pytester"]
