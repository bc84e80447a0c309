"""Suites of HAE-RAE Bench, a module a subset, and of other benchmarks, a folder each."""
