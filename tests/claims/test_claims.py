"""Every sentence that a learner takes home: true inside its condition, false just outside it, and none without a test.

A few cases a claim by default; CLAIMS_EXAMPLES=200 attacks each with 200 that are new in every run.
"""

import os

import claim
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CLAIMS = claim.load()
ATTACK = int(os.environ.get("CLAIMS_EXAMPLES", "0"))
CASES = settings(
    max_examples=ATTACK or 4,
    derandomize=not ATTACK,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
OUTSIDE = [(c, words) for c in CLAIMS.values() for words in c.outside]


@pytest.mark.parametrize("id", CLAIMS)
def test_holds_inside_its_condition(id):
    @CASES
    @given(st.fixed_dictionaries(CLAIMS[id].inside))
    def holds(case):
        CLAIMS[id].holds(**case)

    holds()


@pytest.mark.parametrize(("c", "words"), OUTSIDE, ids=[f"{c.id}: {words}" for c, words in OUTSIDE])
def test_fails_just_outside(c, words):
    with pytest.raises(AssertionError):
        c.holds(**c.outside[words])


@pytest.mark.parametrize("id", CLAIMS)
def test_has_a_counter_example(id):
    assert CLAIMS[id].outside, "without one nobody sees that the condition is needed"


@pytest.mark.parametrize("place", dict.fromkeys(statement.place for statement in claim.statements()))
def test_every_statement_has_a_claim(place):
    known = {id.split("/")[0] for id in CLAIMS} | {claim.NO_CLAIM}
    without = [s.text for s in claim.statements() if s.place == place and s.id not in known]
    assert without == []


def test_every_claim_is_of_a_statement():
    stated = {statement.id for statement in claim.statements()}
    assert sorted({id.split("/")[0] for id in CLAIMS} - stated) == []


def test_a_cell_with_more_claims_than_statements_is_refused():
    with pytest.raises(ValueError, match=r"has 1 statements, but claims for 2"):
        claim.paired("a cell", ["one"], ["a", "b"])


def test_statements_are_list_items_rows_and_paragraphs():
    text = "# Head\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nA paragraph\nof two lines.\n\n1. One.\n2. Two.\n"
    assert claim.texts(text) == ["| 1 | 2 |", "| 3 | 4 |", "A paragraph of two lines.", "One.", "Two."]
    remember = "## What to remember\n\n- **a**\n- b\n\n**Next:** lesson 1.\n\n### What people get wrong\n\n- c\n"
    assert claim.texts(remember) == ["**a**", "b"]
