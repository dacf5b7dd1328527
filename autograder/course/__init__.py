"""A course: its manifest, its roster, the paths of everything in it, and its gradebook.

What stands here reads and checks what people write by hand; every fault names file and line.
"""
