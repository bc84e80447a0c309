"""Formulas compared by value."""
