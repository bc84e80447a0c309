"""Two reports of what is meant to be one model: how far apart it answers in them, and what may be why."""
