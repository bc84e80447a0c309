"""Models on a vLLM engine in this process."""
