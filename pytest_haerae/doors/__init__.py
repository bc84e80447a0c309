"""The doors beside pytest's: the Python API and the command line."""
