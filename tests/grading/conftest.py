"""Which of these tests run submissions."""

import pytest

RUN = ("test_corpus.py", "test_endless.py", "test_evening.py", "test_grade.py", "test_here.py", "test_planted.py",
       "test_sandbox.py", "test_validate.py")  # fmt: skip


def pytest_collection_modifyitems(items):
    """Mark them."""
    for item in items:
        if item.path.parent.name == "grading" and item.path.name in RUN:
            item.add_marker(pytest.mark.sandbox)
