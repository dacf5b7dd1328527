"""A course on recurrent networks and the autograder that grades it."""

__version__ = "0.1.0"
