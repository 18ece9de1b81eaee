"""The bus: what one service says reaches the others, at least once, in order per key."""
