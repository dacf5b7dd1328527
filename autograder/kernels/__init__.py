"""Kernels for submissions: forked warm from a launcher, and one session for each.

`launcher.Launcher` owns the process that forks, `supply.KernelSupply` hands out kernels, and
`session.KernelSession` runs cells: a hit limit is a result with a cause, never an exception.
`foreign.ForeignSession` does it in a kernel of another language, which is never forked warm.
"""
