"""The suite of KBL."""
