"""nbgrader's gradebook: the one writer, how a student stands, which cells are known.

All changes of the database pass through here.
"""
