"""The id of a request: the caller's, where it is fit to stand in a log; else one of ours."""

import re

from uuid_utils import uuid7

FIT = re.compile(r"(?=[0-9-]*[A-Za-z])[A-Za-z0-9-]{1,64}")
"""Letters, digits and dashes, with a letter among them: bare digits are a phone or card number as
easily as a request's.
"""


def chosen_id(offered: str | None) -> str:
    """What the request is called from here on, in answers and logs."""
    return offered if offered and FIT.fullmatch(offered) else str(uuid7())
