"""What the command line tells its user instead of a traceback."""


class Failure(Exception):
    """Something did not work. The text says what, and what to do."""

    status = 1


class WrongUse(Failure):
    """The command was not understood. The text says what would be."""

    status = 2
