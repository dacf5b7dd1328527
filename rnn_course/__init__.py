"""What this course's notebooks import: plots and data sets.

Import a module by its name, ``from rnn_course import plots``: nothing is loaded here.
"""
