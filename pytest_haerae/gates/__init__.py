"""Verdicts on a run's numbers, and warnings where a number looks wrong."""
