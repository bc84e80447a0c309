"""The suite of KMMLU-Redux."""
