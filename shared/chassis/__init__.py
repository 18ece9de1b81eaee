"""How a service runs. No word of the business lives here; the chassis is called, never inherited
from.
"""
