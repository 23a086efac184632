"""The error of a wrong page."""


class DocError(Exception):
    """A code block of a page fails, or its result differs from the page."""
