"""Models behind an API over HTTP."""
