"""nbformat, imported in a third of the time: take it from here.

jsonschema, which it needs, would compile a grammar of web addresses if rfc3987_syntax can be imported (1.2 s of 1.8);
no notebook needs that. The module is hidden only while jsonschema is imported.
"""

import sys

__all__ = ["nbformat"]

GRAMMAR = "rfc3987_syntax"

if GRAMMAR in sys.modules or "jsonschema" in sys.modules:
    import nbformat
else:
    sys.modules[GRAMMAR] = None
    try:
        import nbformat
    finally:
        del sys.modules[GRAMMAR]
