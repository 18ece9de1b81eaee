"""What tests of services and of the chassis stand on: a real PostgreSQL, a movable clock, real
doors.
"""
