"""points-svc: the points ledger."""
