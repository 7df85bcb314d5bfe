"""Grading: exercises made from solutions, notebooks stored executed, and submissions validated by nbval."""

import sys

# jsonschema, which nbformat needs, would compile a grammar of web addresses for some seconds: no notebook needs that.
sys.modules.setdefault("rfc3987_syntax", None)
