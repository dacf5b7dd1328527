"""Objects that live in the student's kernel, and how the judge's plain asserts reach them.

A test cell runs in the judge's process. Each of its names that is the student's is asked for here;
data come by value, whatever else stays where it is and is worked on there.
"""
