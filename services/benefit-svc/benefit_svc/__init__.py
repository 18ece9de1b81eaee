"""benefit-svc: benefits and the entitlements to them, rewards, redemption and vouchers."""
