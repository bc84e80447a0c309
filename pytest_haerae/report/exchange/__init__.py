"""Formats that a report's samples are written in for other programs: one file each, which registers itself."""
