"""PostgreSQL: one statement a function, rows to values and back."""
