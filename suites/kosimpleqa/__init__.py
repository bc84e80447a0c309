"""The suite of KoSimpleQA."""
