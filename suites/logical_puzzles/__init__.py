"""The suite of the logical puzzles."""
