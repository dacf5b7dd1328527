"""What a student's process may see and use: namespaces, Landlock, seccomp, limits.

`levels` says which isolation this machine offers; `jail` puts a process into it.
"""
