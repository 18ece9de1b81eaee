"""What one service may say to another: events, ids, quantities and the shape of a refusal. No
behaviour lives here.
"""
