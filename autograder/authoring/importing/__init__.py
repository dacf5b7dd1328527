"""Import of nbgrader courses: what is found there, what is read of it, what is written of ours.

Nothing of the course is changed, and a notebook that cannot be read stops no other.
"""
