"""Every way in: doors, events, the clock."""
