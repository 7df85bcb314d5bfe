"""Ask first, show after: predictions, what became of them, and the pre-quiz."""

from course_utils.questions.predictions import predict, prequiz, recall, verdicts

__all__ = ["predict", "prequiz", "recall", "verdicts"]
