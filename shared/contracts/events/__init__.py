"""Events by author."""
