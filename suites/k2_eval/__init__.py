"""The suite of K2-Eval."""
