"""Plain asserts as programs: a test cell runs here, and asks the student's kernel for names."""

from .examiner import Examiner
from .verdict import Step, Verdict

__all__ = ["Examiner", "Step", "Verdict"]
