"""pytest's door: hooks, collection, outcomes and fixtures."""

pytest_plugins = ["pytest_haerae.plugin.hooks"]
"""For ``-p pytest_haerae.plugin``, which is how the plugin is named where entry points are not read."""
