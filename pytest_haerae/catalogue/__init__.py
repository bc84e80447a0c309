"""What is asked how: the benchmarks that have a name of their own."""
