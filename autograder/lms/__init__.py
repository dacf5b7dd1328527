"""Learning management systems and nbgrader's exchange: collecting, archives, rosters, exports.

Whatever comes from outside is read as if it were hostile.
"""
