"""The numbers that a report and its gates rest on."""
