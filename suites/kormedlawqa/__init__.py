"""The suite of KorMedLawQA."""
