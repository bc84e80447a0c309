"""The suite of KoMT-Bench."""
