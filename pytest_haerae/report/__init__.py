"""Verdicts to numbers: JSON, the terminal, and what later reports are made from."""
