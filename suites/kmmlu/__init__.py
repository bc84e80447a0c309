"""The suite of KMMLU."""
