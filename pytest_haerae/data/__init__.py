"""Rows to items: the hub, local files, the embedded sample, and the layouts that rows come in."""
