"""The suite of KMMLU-Hard."""
