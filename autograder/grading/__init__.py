"""From a submission's bytes to a mark in the gradebook.

``grade`` is pure; ``run`` reads ``submitted/`` and records; ``nbgrader`` serves nbgrader itself.
"""
