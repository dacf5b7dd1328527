"""What any course's notebooks may import: checks, self-assessment, data sets.

It runs in students' kernels and on their machines, and imports no other room.
"""
