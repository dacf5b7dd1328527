"""Plain notebooks: nbgrader's own source notebooks, whose tests are plain asserts.

A plain week is a folder of lessons that give those notebooks back cell by cell. nbgrader's own
generator makes of them what students get and what is graded.
"""
