"""Grading: submissions in, points and feedback out, with nbval as the judge."""
