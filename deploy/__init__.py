"""How the suite is brought up: a local runner, a real broker, a demo, the programmes as data."""
