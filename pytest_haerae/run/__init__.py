"""What is asked, the engine that asks it, and the store that keeps the answers."""
