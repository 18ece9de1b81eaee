"""PostgreSQL and nothing else: one statement a function."""
