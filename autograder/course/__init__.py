"""A course: its manifest, its roster, the paths of everything in it, and its gradebook.

It reads and checks what people write by hand; every fault names its file and line.
"""
