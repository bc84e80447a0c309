"""Instructions that a program can check: whether an answer does what its question asks of its form."""
