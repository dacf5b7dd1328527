"""Kernels for submissions: forked warm from a launcher, and one session for each.

`session.KernelSession` runs cells; a hit limit is a result with a cause, never an exception.
"""
