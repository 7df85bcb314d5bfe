"""The notebooks as files: their format, running and storing them, the exercises made of them, and their figures."""

import sys

# jsonschema, which nbformat needs, would compile a grammar of web addresses for some seconds: no notebook needs that.
sys.modules.setdefault("rfc3987_syntax", None)
