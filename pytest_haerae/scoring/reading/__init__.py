"""How the chosen option is read from a text."""
