"""The error of a page that is not true."""


class DocError(Exception):
    """A page shows something that doesn't work, or not in the way it says."""
