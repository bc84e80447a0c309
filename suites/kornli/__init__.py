"""The suite of KorNLI."""
