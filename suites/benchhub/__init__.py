"""The suite of BenchHub."""
