"""The suite of MCLM."""
