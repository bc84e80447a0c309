"""The suite of KMMLU-Pro."""
