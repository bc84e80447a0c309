"""The suite of KorMedMCQA."""
