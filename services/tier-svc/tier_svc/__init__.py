"""Ladders, standings and the timeline of every member."""
