"""Fixtures that every suite may use."""

pytest_plugins = ["chassis.testing.fixtures"]
