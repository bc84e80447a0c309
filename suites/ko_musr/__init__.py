"""The suite of Ko-MuSR."""
