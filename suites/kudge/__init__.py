"""The suite of KUDGE."""
