"""The suite of KoBALT."""
