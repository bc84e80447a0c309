"""What shows a report: terminal, Markdown, continuous integration, the page."""
