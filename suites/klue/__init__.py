"""The suite of KLUE's classification."""
