"""The scorer `judge`: a second model grades the answers."""
