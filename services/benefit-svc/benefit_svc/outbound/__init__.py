"""What we ask of other services, in the domain's words."""
