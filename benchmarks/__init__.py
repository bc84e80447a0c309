"""Measurements of this project; each script says in its docstring what it measures and needs."""
