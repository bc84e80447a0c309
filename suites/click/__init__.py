"""The suite of CLIcK."""
