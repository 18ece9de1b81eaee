"""The demo: a real grocer's year, posted as a till would post it."""
