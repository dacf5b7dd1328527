"""nbgrader's gradebook: the one writer, each student's standing, and the class as it is read.

All changes of the database pass through here.
"""
