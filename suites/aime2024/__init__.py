"""The suite of AIME 2024."""
