"""The suite of HRC."""
