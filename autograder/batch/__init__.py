"""A whole class: find submissions, grade them side by side, record them as they come.

Work runs through `concurrent.futures.Executor`: processes here, or a Dask cluster.
"""
