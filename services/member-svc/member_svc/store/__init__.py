"""PostgreSQL and nothing else: one statement per function."""
