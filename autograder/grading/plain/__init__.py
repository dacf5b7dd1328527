"""From a submission of a plain notebook to its graded form.

The cells run in order in a sandboxed kernel, as nbgrader runs them. A test cell is a program that
runs in a process of the judge's beside it, unless the course says that it cannot.
"""
