"""The services that tier-svc asks."""
