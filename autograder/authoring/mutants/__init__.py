"""Machine faults of a week's solutions, for authors: text in, mutants out, nothing is run.

Three files of operators give nodes for a node; `make` finds the places in a text, `solutions` the
texts in a week, and both leave out what is no new program.
"""

from .make import Mutant, mutants
from .solutions import MOST, Candidate, candidates

__all__ = ["MOST", "Candidate", "Mutant", "candidates", "mutants"]
