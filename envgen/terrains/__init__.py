"""Kinds of terrain, one a file.

The registry imports every module of this package except `base` and those that begin with an underscore, which
hold code that several kinds share.
"""
