"""The judge: runs hidden programs on an implementation under test and says what is wrong.

Authors need ``compare`` and ``verify``; graders ``open_exam``.
"""

from ..remote.proxy import Impl
from .programs import compare, verify

__all__ = ["Impl", "compare", "verify"]
