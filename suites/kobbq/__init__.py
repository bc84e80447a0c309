"""The suite of KoBBQ."""
