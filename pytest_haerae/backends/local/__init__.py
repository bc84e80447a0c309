"""Models that are loaded into this process."""
