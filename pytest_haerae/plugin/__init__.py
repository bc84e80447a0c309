"""pytest's door: hooks, collection, outcomes and fixtures."""
