"""The suite of KoBEST."""
