"""The suite of CSAT-QA."""
