"""The helper package of the course "Zero biases, random weights".

Importing it loads nothing heavy: take what you need from its modules, for example `from course_utils import mlp`.
"""

__version__ = "0.1.0"
