"""Plain calculation: what a member has a right to, what a reward costs, where a redemption goes
next.
"""
