"""member-svc: members, what finds them, and what they bought (domain.md §4)."""
