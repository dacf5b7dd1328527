"""What people read: feedback pages, the class report, calibration, a mark's trace.

Everything is made from graded notebooks and the gradebook; nothing here grades.
"""
