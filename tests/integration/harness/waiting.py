"""Waiting for a condition, with a time limit: the only way in which these tests let time pass."""
import time


class Failure(AssertionError):
    """What was expected and what was found."""


def check(condition, message):
    if not condition:
        raise Failure(message() if callable(message) else message)


def wait_for(what, condition, limit=30.0, pause=0.05):
    """The first true value of `condition()`; a Failure that names `what` if it does not come within `limit` seconds."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"waited {limit:.0f} s in vain for: {what() if callable(what) else what}")
        time.sleep(pause)
