"""From a submission's bytes to its graded notebook: read, sanitise, execute, grade, render.

`grade.grade` is a function of the assignment and the bytes; nothing here knows a course.
"""
