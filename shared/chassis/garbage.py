"""How often Python looks for cycles among its values.

A batch makes hundreds of thousands of values that all live until its commit, and next to none in
cycles. Python's own pace (every 700) goes through them again and again: that took four tenths of a
consumer's processor time.
"""

import gc

EVERY = 100_000
OLDER = 20


def settle() -> None:
    """Once a process stands: what is loaded is for good, and is not looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(EVERY, OLDER, OLDER)
