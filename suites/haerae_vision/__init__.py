"""The suite of HAERAE-VISION."""
