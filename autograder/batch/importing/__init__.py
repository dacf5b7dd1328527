"""The second half of an import: the author's solution and the empty notebook are graded.

What the judge cannot run is told from that, and so is what the author's own solution fails.
"""
