"""Plain calculation: a member's facts in, a member's timeline out."""
