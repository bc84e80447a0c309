"""Instructions that a program can check: whether an answer does what its question asks of its form."""

IFEVAL = "ifeval"
"""What the scorer is called, after the benchmark whose instructions it knows."""
