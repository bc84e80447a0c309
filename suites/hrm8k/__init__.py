"""The suite of HRM8K."""
