"""The benchmarks that have a name of their own: a module of this folder each, found by listing it."""
