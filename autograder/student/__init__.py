"""What a student's notebook may import: plots, and nothing of the grading engine.

Import a module by its name, ``from autograder.student import plots``: nothing is loaded here.
"""
