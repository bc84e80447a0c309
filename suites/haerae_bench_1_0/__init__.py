"""The suite of HAE-RAE Bench 1.0."""
