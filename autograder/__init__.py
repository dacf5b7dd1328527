"""Builds courses of notebooks, and grades them with hidden tests that no submission meets."""

import sys

__version__ = "0.1.0"

# nbformat's validator loads jsonschema's optional checks of internationalised addresses, whose
# grammar takes seconds of processor time to build in every process. No notebook needs them.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
