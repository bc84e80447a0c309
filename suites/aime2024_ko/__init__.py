"""The suite of AIME 2024 in Korean."""
