"""The suite of AIME 2025."""
