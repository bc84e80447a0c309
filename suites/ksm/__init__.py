"""The suite of KSM."""
