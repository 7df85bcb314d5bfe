"""The checks: planted mistakes are refused and named, right answers of any style pass, bad input never hurts."""

import collections
import functools
import inspect
import itertools
import json
import runpy
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import planted
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import (
    activations,
    checks,
    datasets,
    diagnostics,
    gradcheck,
    losses,
    mlp,
    optimizers,
    theory,
    training,
)
from course_utils.authoring import release, stored
from course_utils.checks import QUESTIONS, check, core, progress
from course_utils.checks import verdict as verdicts
from course_utils.checks.core import SEED, Question, known, verdict_on
from course_utils.checks.values import same
from course_utils.checks.verdict import Verdict, line
from course_utils.grading.sandbox.wire import encoded
from course_utils.questions.predictions import answers

MISTAKES = Path(__file__).parent / "mistakes"
SOLUTIONS = Path(__file__).parents[2] / "solutions"


def _planted(question_id):
    """The wrong answers of a question's module, each with a phrase, and the right ones; none of them without one."""
    path = MISTAKES / f"q{question_id.replace('.', '_')}.py"
    scope = runpy.run_path(str(path)) if path.exists() else {}
    return scope.get("WRONG", {}), scope.get("RIGHT", {})


def _changed(question_id, change):
    """The answer that makes this of the right value."""
    return lambda *args: change(QUESTIONS[question_id].reference(*args))


PLANTED = {name: _planted(name) for name in QUESTIONS}
WRONG = [
    *((name, *answer) for name, (wrong, _) in PLANTED.items() for answer in wrong.values()),
    *((name, _changed(name, change), phrase) for name, change, phrase in planted.CHANGED),
    *planted.WRONG,
]
RIGHT = [
    *((name, answer) for name, (_, right) in PLANTED.items() for answer in right.values()),
    *((name, _changed(name, change)) for name, change in planted.AS_RIGHT),
    *planted.RIGHT,
]
each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


def said_of(question, answer, *seconds, **options):
    """The line that a check prints."""
    return line(verdict_on(question, answer, *seconds, **options))


# Planted answers


@pytest.mark.parametrize(("name", "answer", "phrase"), WRONG, ids=[f"{name} {phrase}" for name, _, phrase in WRONG])
def test_a_wrong_answer_is_refused_in_one_short_line_that_says_why(name, answer, phrase):
    said = said_of(QUESTIONS[name], answer)
    assert said.startswith(f"✗ {name} not yet: ")
    assert phrase in said
    assert "\n" not in said
    assert len(said) < 320


@each_question
def test_somebody_meets_each_advice(question):
    phrases = [phrase for name, _, phrase in WRONG if name == question.id]
    assert [advice for advice in question.advice.values() if not any(phrase in advice for phrase in phrases)] == []


@pytest.mark.parametrize(("name", "answer"), RIGHT, ids=[name for name, _ in RIGHT])
def test_a_right_answer_passes_however_it_was_found(name, answer):
    verdict = verdict_on(QUESTIONS[name], answer)
    assert verdict == Verdict(name, verdicts.RIGHT, QUESTIONS[name].points), line(verdict)


def _in_form(value, form):
    """A value whose arrays, and lists, have another form."""
    if isinstance(value, dict):
        return {name: _in_form(value[name], form) for name in reversed(value)}
    if isinstance(value, list | tuple):
        return tuple(value)
    return value if isinstance(value, str) else form(np.asarray(value))


# Where a formula for derivatives is asked for, or what must be left as it was, float32 is not enough.
NOT_SINGLE = ("1.1", "1.2", "1.3", "1.4", "1.5", "2.5", "4.5", "8.2", "9.3")
FORMS = {"lists": (np.ndarray.tolist, ()), "float32": (lambda a: a.astype(np.float32), NOT_SINGLE),
         "column by column": (lambda a: np.array(a, order="F"), ())}  # fmt: skip


@each_question
@pytest.mark.parametrize("form", FORMS)
def test_a_right_answer_passes_in_any_form(question, form):
    change, but_not = FORMS[form]
    verdict = verdict_on(question, lambda *args: _in_form(question.reference(*args), change))
    assert (verdict.mark == verdicts.RIGHT) != (question.id in but_not), line(verdict)


@each_question
def test_the_tolerance_is_the_questions_whatever_type_is_chosen(question):
    for error in (3e-7, 1e-4):

        def single(*args, factor=1 + error):
            return _in_form(question.reference(*args), lambda a: (a * factor).astype(np.float32))

        def double(*args, answer=single):
            return _in_form(answer(*args), lambda a: a.astype(float))

        mark = verdict_on(question, single).mark
        assert verdict_on(question, double).mark == mark, error
    lists = isinstance(question.reference(*question.inputs()[0].values()), list | str)
    assert (mark == verdicts.RIGHT) == (lists or question.id in ("9.1", "9.4")), "1e-4 is too much; two are drawn"


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("h", [1e-4, 1e-5, 1e-6, 1e-7, 1e-8])
def test_a_finite_difference_is_no_formula(single, h):
    def f(z):
        return 1.7159 * np.tanh(2 * z / 3)

    def by_difference(of_loss):
        def gradients(params, *data):
            return {
                name: gradcheck.central_difference(lambda p, n=name: of_loss({**params, n: p}, *data), params[name], h)
                for name in params
            }

        return gradients

    def squared_error(params, x, targets):
        return losses.squared_error(mlp.forward(params, x, "lecun_tanh").output, targets)

    def cross_entropy(logits, targets):
        return gradcheck.central_difference(lambda z: losses.binary_cross_entropy(z, targets), logits, h)

    answers = [
        ("1.1", lambda z: (f(z + h) - f(z)) / h),
        ("1.1", lambda z: (f(z + h) - f(z - h)) / (2 * h)),
        ("1.2", cross_entropy),
        ("1.3", lambda d, W, z: d @ W * (f(z + h) - f(z - h)) / (2 * h)),
        ("1.4", by_difference(squared_error)),
    ]
    for name, answer in answers:
        said = said_of(QUESTIONS[name], lambda *args: _in_form(answer(*args), np.float32 if single else np.asarray))  # noqa: B023
        assert "nearly right, to" in said and ("float32 has no more" in said) == single


@pytest.mark.parametrize("when", ["later", "by chance", "as a list"])
def test_what_depends_on_earlier_calls_or_on_chance_is_called_so(when):
    """Right in each of the first calls, and then no longer."""
    name = "2.1" if when == "as a list" else "1.3"
    question, calls, rng = QUESTIONS[name], itertools.count(1), np.random.default_rng(0)

    def answer(*args):
        right = question.reference(*args)
        if when == "by chance":
            return right * (1 if next(calls) <= len(question.inputs()) else 1 + rng.random())
        return right if next(calls) <= len(question.inputs()) else right[::-1]

    said = said_of(question, answer)
    assert said.startswith(f"✗ {name} not yet: right at first, but not when it is called again") and len(said) < 320


@each_question
def test_what_is_right_depends_on_the_seed(question):
    """A table of the values that are right for the notebook's inputs is no answer for others."""

    def values(seed):
        return [encoded(question.reference(*case.values())) for case in question.inputs(seed)]

    public, seeds = values(SEED), range(2 if question.id == "7.5" else 12)  # the networks of 7.5 are trained
    assert all(values([seed, 9]) != public for seed in seeds)


def _sizes(value):
    """The sizes of an argument: shapes of arrays, lengths of lists, and whole numbers, which count something."""
    if isinstance(value, dict):
        return tuple((str(name), _sizes(part)) for name, part in value.items())
    if isinstance(value, np.ndarray):
        return value.shape
    if isinstance(value, list):
        return len(value), *map(_sizes, value)
    return value if isinstance(value, int) else None


# Numbers, names and activations only; and the charts of 7.5, of 3 to 5 hidden layers, are all in the notebook.
NO_SIZES = ("4.3", "5.3", "5.5", "6.3", "6.4", "6.5", "7.5", "9.1", "10.4")


@each_question
def test_an_answer_for_the_sizes_of_the_notebook_alone_is_refused(question):
    """Hidden inputs have other sizes than public ones; the ends that a text allows are among both."""
    public = {tuple(map(_sizes, case.values())) for case in question.inputs()}

    def answer(*args):
        if tuple(map(_sizes, args)) not in public:
            raise ValueError("a size that the notebook's check does not have")
        return question.reference(*args)

    assert verdict_on(question, answer).mark == verdicts.RIGHT
    for seed in range(3):
        inputs = functools.partial(question.inputs, [seed, 9])
        outcomes = []
        for case in inputs():
            try:
                outcomes.append(answer(*case.values()))
            except ValueError as error:
                outcomes.append(core.raised("ValueError", error, case))
        expected = [question.reference(*case.values()) for case in inputs()]
        refused = core.explain(question, inputs, outcomes, expected) is not None
        assert refused or question.id in NO_SIZES


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("1.4", lambda params, x, targets: len(x) == 1),
        ("1.4", lambda params, x, targets: len(params["W1"]) == 1),
        ("1.4", lambda params, x, targets: list(params) != sorted(params, key=lambda name: (name[1:], name))),
        ("2.2", lambda params, orders: len(orders) == 3),
        ("2.3", lambda params, layer: any((np.signbit(p) & (p == 0)).any() for p in params.values())),
        ("2.3", lambda params, layer: len(params["b1"]) == 1),
        ("5.1", lambda x, sigma_z, sigma_b: len(x) == 1),
        ("5.2", lambda x_train, x_new: len(x_new) == 1),
        ("5.5", lambda a, q: a == 1),
        ("7.1", lambda steps, accuracy, level: accuracy.size == 1),
        ("7.3", lambda params, x, nudge: len(x) == 1),
        ("8.2", lambda x, delta, A, B, alpha: len(A) == 1),
        ("8.3", lambda targets: targets.shape[1] == 1),
    ],
)
def test_the_ends_of_what_a_text_allows_are_asked_for(name, has):
    for seed in (SEED, [3, 9]):
        assert any(has(**case) for case in QUESTIONS[name].inputs(seed))


@each_question
def test_every_known_mistake_is_told_apart_from_all_others(question):
    for id, mistake in question.mistakes.items():
        for function in mistake.answers:
            verdict = verdict_on(question, function)
            assert (verdict.mark, verdict.mistake) == (verdicts.WRONG, (id, mistake.message))
            assert verdicts.words(verdict).endswith(mistake.message)
            assert Verdict.of(json.loads(json.dumps(verdict.data()))) == verdict


@each_question
def test_arguments_in_another_order_are_called_so(question):
    names = question.parameters
    for one, other in itertools.combinations(names, 2):
        order = ", ".join({one: other, other: one}.get(name, name) for name in names)
        space = {"right": question.reference}
        exec(f"def answer({order}): return right({', '.join(names)})", space)
        verdict = verdict_on(question, space["answer"])
        if verdict.mark == verdicts.WRONG:  # some may be exchanged
            assert verdict.mistake.id == "swapped-arguments" and f"it takes ({order}), it must" in line(verdict)
    swapped = verdict_on(QUESTIONS["1.3"], lambda d, W, z: QUESTIONS["1.3"].reference(W, d, z))
    assert swapped.mistake.message.startswith("delta_next and W_next are swapped: the arguments are (delta_next, W_")


@each_question
def test_swapped_arguments_whose_types_clash_are_called_so_whatever_their_names(question):
    names = question.parameters
    for one, other in itertools.combinations(range(len(names)), 2):
        order = list(range(len(names)))
        order[one], order[other] = other, one
        letters = "abcdef"[: len(names)]
        space = {"right": question.reference}
        exec(f"def answer({', '.join(letters)}): return right({', '.join(letters[i] for i in order)})", space)
        verdict = verdict_on(question, space["answer"])
        if verdict.fact and verdict.fact.kind == "raised":
            swapped = f"{names[one]} and {names[other]} are swapped: the arguments are"
            assert verdict.mistake.id in question.mistakes or verdict.mistake.message.startswith(swapped)
            assert not verdict.advice


def test_an_array_without_axes_is_no_list():
    said = said_of(QUESTIONS["2.1"], lambda activation, L: np.array(None, dtype=object))
    assert said == "✗ 2.1 not yet: a list was expected, got an ndarray"


def test_a_mistake_is_not_named_by_an_error_alone():
    def raises(x):
        raise ValueError("no")

    question = Question(
        "9.1",
        1,
        "Made up",
        lambda x: 2 * x,
        lambda rng: [(rng.normal(size=(2, 3)),)],
        known("raises: this one raises", raises, "turns: this one turns", lambda x: 2 * x.T),
    )
    assert said_of(question, raises) == "✗ 9.1 not yet: ValueError: no, given x (2, 3)"
    assert said_of(question, lambda x: x.T).endswith(
        "got (3, 2), expected (2, 3) (the shape of the transpose); this one turns"
    )
    assert said_of(question, lambda x: x + x) == "✓ 9.1 solved (1 point)"


def test_a_mistake_is_not_named_where_only_an_error_is_wrong():
    """Right in the first case, an error in the second: two mistakes need not be the same for that."""

    def raises(x):
        if len(x) != 2:
            raise ValueError("no")
        return 2 * x

    def wrong_and_raises(x):
        return raises(x) + 1

    question = Question(
        "9.1",
        1,
        "Made up",
        lambda x: 2 * x,
        lambda rng: [(rng.normal(size=n),) for n in (2, 3)],
        known("this: this one", raises, "that: that one", wrong_and_raises),
    )
    assert said_of(question, lambda x: raises(x)) == "✗ 9.1 not yet: ValueError: no, given x (3,)"
    assert said_of(question, lambda x: wrong_and_raises(x)).endswith("; that one")


def _learner(*sources):
    """What stands in a learner's notebook after cells with these sources."""
    space = {}
    exec("import numpy as np\n" + "\n".join(sources), space)
    return space


F = "def f(z): return 1.7159 * np.tanh(2 * z / 3)"
SLOPE = "def lecun_tanh_derivative(z): return {} * (1 - np.tanh(2 * z / 3) ** 2)"
ONE_DOWN = "def hidden_delta(delta_next, W_next, z): return (delta_next @ W_next) {} lecun_tanh_derivative(z)"
BACK = """
def gradients(params, x, targets):
    L, z, h, grads = len(params) // 2, {}, {0: x}, {}
    for l in range(1, L + 1):
        z[l] = h[l - 1] @ params[f"W{l}"].T + params[f"b{l}"]
        h[l] = f(z[l])
    delta = (z[L] - targets) / len(x)
    for l in range(L, 0, -1):
        grads[f"W{l}"], grads[f"b{l}"] = delta.T @ h[l - 1], delta.sum(axis=0)
        if l > 1:
            delta = hidden_delta(delta, params[f"W{l}"], z[l - 1])
    return grads
"""


def test_a_mistake_made_earlier_is_sought_there():
    right = _learner(F, SLOPE.format("1.7159 * 2 / 3"), ONE_DOWN.format("*"), BACK)
    assert said_of(QUESTIONS["1.3"], right["hidden_delta"]).startswith("✓")
    assert said_of(QUESTIONS["1.4"], right["gradients"]).startswith("✓")
    for slope in ("7", "1.7159", "np.float64('x')"):  # a mistake without a name, one with a name, an error
        space = _learner(F, SLOPE.format(slope), ONE_DOWN.format("*"), BACK)
        said = said_of(QUESTIONS["1.3"], space["hidden_delta"])
        assert said.endswith("this comes from your lecun_tanh_derivative, check 1.1 first")
        said = said_of(QUESTIONS["1.4"], space["gradients"])
        assert said.endswith("this comes from your hidden_delta, check 1.3 first")
    space = _learner(F, SLOPE.format("1.7159 * 2 / 3"), ONE_DOWN.format("+"), BACK)
    assert said_of(QUESTIONS["1.3"], space["hidden_delta"]).endswith("phi'(z) is added, it must multiply")
    assert said_of(QUESTIONS["1.4"], space["gradients"]).endswith("your hidden_delta, check 1.3 first")
    for operator in ("@", "-"):  # an error in some cases; a mistake that has no name
        space = _learner(F, SLOPE.format("1.7159 * 2 / 3"), ONE_DOWN.format(operator), BACK)
        assert said_of(QUESTIONS["1.4"], space["gradients"]).endswith("your hidden_delta, check 1.3 first")


def test_a_mistake_of_ones_own_is_not_sought_earlier():
    """The earlier answer is wrong, missing, or never ends, but it is not what went wrong here."""
    own = """
def hidden_delta(delta_next, W_next, z):
    return delta_next @ W_next.T * 1.7159 * 2 / 3 / np.cosh(2 * z / 3) ** 2
"""
    stub = 'def lecun_tanh_derivative(z): raise NotImplementedError("1.1: write lecun_tanh_derivative")'
    never = "def lecun_tanh_derivative(z):\n    while True: pass"
    for earlier in ("", SLOPE.format("7"), stub, never, "lecun_tanh_derivative = ..."):
        said = said_of(QUESTIONS["1.3"], _learner(earlier, own)["hidden_delta"], seconds=0.3)
        assert said.endswith("with samples in rows it is delta W, not delta W^T")
    space = _learner(stub, ONE_DOWN.format("*"))
    assert "still missing (1.1: write" in said_of(QUESTIONS["1.3"], space["hidden_delta"])


def test_what_is_printed_is_spoken_of_where_the_answer_is_wrong(capfd):
    def wrong(delta_next, W_next, z):
        print(delta_next.shape)
        return z

    def silent(delta_next, W_next, z):
        print()
        return z

    def fails(delta_next, W_next, z):
        print("here", file=sys.stderr)
        raise ValueError("no")

    note = " (what your function printed is hidden here: call it yourself to see it)"
    for answer in (wrong, fails):
        said = said_of(QUESTIONS["1.3"], answer)
        assert said.endswith(note) and said.count(note) == 1
    assert not said_of(QUESTIONS["1.3"], silent).endswith(note)
    assert said_of(QUESTIONS["1.3"], _prints_a_lot) == "✓ 1.3 solved (3 points)"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("delta_next @ W_next * z.sum(axis=1)", "make it a column with [:, None], or sum with keepdims=True"),
        ("delta_next @ W_next * z.T", "one of these two is the transpose of what fits"),
    ],
)
def test_a_broadcast_error_is_kept_and_advice_is_added(source, advice):
    answer = _learner(f"def hidden_delta(delta_next, W_next, z): return {source}")["hidden_delta"]
    said = said_of(QUESTIONS["1.3"], answer)
    assert "ValueError: operands could not be broadcast together with shapes (5,4) (" in said
    assert said.endswith(advice)


# The questions


@each_question
def test_the_reference_solves_its_question_for_any_seed(question):
    assert said_of(question, question.reference).startswith("✓")
    for seed in range(2 if question.id == "7.5" else 5):
        first, again = question.inputs(seed), question.inputs(seed)
        assert all(map(same, first, again))


@each_question
def test_the_inputs_can_be_drawn_for_any_seed(question):
    for seed in range(2 if question.id == "7.5" else 100):
        assert question.inputs(seed)


def test_every_exercise_has_twelve_points():
    points = collections.Counter()
    for question in QUESTIONS.values():
        points[question.id.split(".")[0]] += question.points
    assert points == {str(n): 12 for n in range(1, 11)}


@pytest.mark.parametrize("name", sorted(path.stem for path in SOLUTIONS.glob("*.ipynb")))
def test_solution_and_exercise_notebooks_agree_with_the_questions(name, capsys):
    solution = stored.read(SOLUTIONS / f"{name}.ipynb")
    cells = {cell.id: cell for cell in solution.cells}
    for nb, said in ((solution, "✓ {0} solved ({1})"), (release.release(solution), "– {0} not attempted yet")):
        space = {}
        for cell in nb.cells:
            if cell.cell_type == "code":
                exec(cell.source, space)
            if cell.metadata.course.role != "check":
                capsys.readouterr()
                continue
            question = QUESTIONS[cell.metadata.course.question]
            points = f"{question.points} point{'s' * (question.points > 1)}"
            assert capsys.readouterr().out.strip() == said.format(question.id, points)
            assert cell.metadata.course.points == question.points
            answer = space[question.reference.__name__]
            assert list(inspect.signature(answer).parameters) == question.parameters
            text = cells[f"q{question.id.replace('.', '-')}-text"].source
            assert text.startswith(f"## {question.id} {question.title} ({points})")


# What the reference answers claim is so


def test_the_error_at_the_output_is_the_derivative_of_the_loss_in_the_text():
    for case in QUESTIONS["1.2"].inputs():
        logits, targets = case.values()

        def loss(z, t=targets):
            p = 1 / (1 + np.exp(-z))
            return -(t * np.log(p) + (1 - t) * np.log(1 - p)).sum() / len(z)

        assert gradcheck.relative_error(checks.q1_2.output_delta(**case), gradcheck.complex_step(loss, logits)) < 1e-13


def test_functions_to_differentiate_have_analytic_code():
    """Two independent ways agree: the complex step, and central differences as far as they go."""
    for case in QUESTIONS["1.5"].inputs():
        central = gradcheck.central_difference(**case)
        assert gradcheck.relative_error(central, checks.q1_5.complex_step_gradient(**case)) < 1e-7


def test_gradients_by_hand_agree_with_the_complex_step():
    for case in QUESTIONS["1.4"].inputs():
        params, x, targets = case.values()

        def loss(p, x=x, targets=targets):
            return losses.squared_error(mlp.forward(p, x, "lecun_tanh").output, targets)

        assert gradcheck.relative_error(checks.q1_4.gradients(**case), gradcheck.complex_step(loss, params)) < 1e-13


@pytest.mark.parametrize("activation", [*activations.ACTIVATIONS.values(), checks.q3_4._shifted], ids=lambda a: a.name)
@pytest.mark.parametrize("L", [2, 3, 4])
def test_zero_networks_move_when_the_answer_to_2_1_says(activation, L):
    params = mlp.initialize([3, *[2] * (L - 1), 3], "zeros")
    assert _first_steps(params, activation) == checks.q2_1.first_moves(activation, L)
    rng = np.random.default_rng(3)
    x, labels = rng.normal(size=(7, 3)), np.array([0, 0, 0, 0, 1, 1, 2])
    run = training.train(params, x, labels, optimizers.sgd(0.5), steps=100, activation=activation, progress=False)
    never = [f"W{l}" for l, t in enumerate(checks.q2_1.first_moves(activation, L), start=1) if t is None]
    assert not any(run.params[name].any() for name in never)


def test_a_permutation_leaves_the_output_as_it_was():
    for case in QUESTIONS["2.2"].inputs():
        x = np.random.default_rng(1).normal(size=(6, case["params"]["W1"].shape[1]))
        before, after = (mlp.forward(p, x).output for p in (case["params"], checks.q2_2.permute(**case)))
        np.testing.assert_allclose(after, before, atol=1e-12)


@pytest.mark.parametrize("widths", [[4], [3, 5], [2, 7, 3]])
def test_the_wide_network_follows_the_narrow_one(widths):
    rng = np.random.default_rng(0)
    n = [1, *widths, 1]
    narrow = mlp.initialize([3, *[1] * len(widths), 2], "normal", sigma_w=1.0, sigma_b=0.5, rng=rng)
    wide = {}
    for l, (n_in, n_out) in enumerate(itertools.pairwise(n), start=1):
        wide[f"W{l}"] = np.tile(narrow[f"W{l}"] / n_in, (n_out, n_in))
        wide[f"b{l}"] = np.tile(narrow[f"b{l}"], n_out)
    x, labels = rng.normal(size=(9, 3)), rng.integers(2, size=9)
    outputs = {}
    for name, params, lr in (("wide", wide, checks.q2_4.wide_rates(widths, 0.05)), ("narrow", narrow, 0.05)):
        run = training.train(params, x, labels, optimizers.sgd(lr), steps=200, progress=False)
        assert not np.allclose(mlp.forward(run.params, x).output, mlp.forward(params, x).output, atol=0.1)
        outputs[name] = mlp.forward(run.params, x).output
    np.testing.assert_allclose(outputs["narrow"], outputs["wide"], atol=1e-9)


def _trained_on_digits(params):
    digits = datasets.digits()
    x, labels = digits.x_train[:300], digits.y_train[:300]
    return training.train(params, x, labels, optimizers.sgd(0.5), steps=400, progress=False).params


def _identical_neurons(seed):
    """A network for the digits with four identical neurons."""
    rng = np.random.default_rng(seed)
    params = mlp.initialize([64, 4, 10], "zeros")
    params["W1"] += rng.normal(size=64) / 8
    params["W2"] += rng.normal(size=(10, 1)) / 2
    return params


def test_equal_means_exactly_equal():
    """The cases hold twins one last digit apart and rows with equal sums: nobody gets past who rounds or adds."""
    exact = checks.q2_3.exchangeable
    apart, sums = QUESTIONS["2.3"].inputs()[-2:]
    assert exact(**apart) == [[0, 1], [2], [3], [4], [5]]
    assert exact(**sums) == [[0, 5], [1], [2], [3], [4]]


def test_a_poke_breaks_the_symmetry():
    x = datasets.digits().x_train[:300]
    spreads = []
    for seed in range(5):
        trained = _trained_on_digits(checks.q2_5.poke(_identical_neurons(seed), x))
        spreads.append(np.ptp(trained["W1"], axis=0).max())
    assert min(spreads) > 0.1


def test_a_poke_at_a_blank_pixel_changes_nothing():
    params = _identical_neurons(0)
    poked = {name: p.copy() for name, p in params.items()}
    poked["W1"][0, 0] = np.nextafter(poked["W1"][0, 0], np.inf)
    trained, trained_poked = _trained_on_digits(params), _trained_on_digits(poked)
    assert trained_poked["W1"][0, 0] == poked["W1"][0, 0]
    trained_poked["W1"][0, 0] = trained["W1"][0, 0]
    assert all(np.array_equal(trained[name], trained_poked[name]) for name in params)


def _first_steps(params, activation):
    """The first step at which each W^l has a gradient, by training."""
    x, labels = np.random.default_rng(3).normal(size=(8, params["W1"].shape[1])), np.array([0, 0, 0, 0, 0, 1, 1, 2])
    path = training.descend(params, x, labels, optimizers.sgd(0.5), activation=activation)
    moves = [mlp.loss_and_gradients(p, x, labels, activation)[1] for p, _ in zip(path, range(40))]
    steps = ([t for t, g in enumerate(moves) if g[f"W{l}"].any()] for l in range(1, mlp.depth(params) + 1))
    return [moved[0] if moved else None for moved in steps]


def test_each_zero_matrix_above_costs_a_step():
    for case in (case for case in QUESTIONS["4.1"].inputs() if len(case["zero"]) < 10):  # gradients fade below
        sizes = [4, *[3] * len(case["zero"])]
        params = mlp.initialize(sizes, "normal", sigma_b=1.0, rng=np.random.default_rng(1))
        params |= {f"W{l}": 0 * params[f"W{l}"] for l, zero in enumerate(case["zero"], start=1) if zero}
        assert _first_steps(params, "tanh") == checks.q4_1.first_steps(**case)


def test_who_wakes_and_who_never_does():
    for case in QUESTIONS["4.2"].inputs():
        biases = case["biases"]
        params = mlp.initialize([4, *map(len, biases.values()), 3], "zeros")
        params |= {f"b{l}": b for l, b in biases.items()}
        assert _first_steps(params, case["activation"]) == checks.q4_2.waking_steps(**case)


def test_the_critical_bias_leaves_no_gradient():
    for case in QUESTIONS["4.4"].inputs():
        params = mlp.initialize([2, 3, 3, case["classes"]], "zeros", sigma_b=1.0, rng=np.random.default_rng(0))
        params["b3"] = checks.q4_4.critical_bias(**case)
        x = np.random.default_rng(1).normal(size=(len(case["labels"]), 2))
        _, grads = mlp.loss_and_gradients(params, x, case["labels"])
        assert max(np.abs(g).max() for g in grads.values()) < 1e-15


def test_the_second_order_is_that_of_the_loss():
    for case in QUESTIONS["4.5"].inputs():
        params, x, labels, direction = case.values()

        def loss(eps, p=params, x=x, labels=labels, d=direction):
            return mlp.loss_and_gradients({name: p[name] + eps * d[name] for name in p}, x, labels)[0]

        measured = (loss(1e-3) - 2 * loss(0) + loss(-1e-3)) / 2e-6
        assert measured == pytest.approx(checks.q4_5.second_order(**case), rel=1e-4)


def _mean_squares(widths, variances, sigma_b, phi, networks=4000):
    """Measured on random networks: mean squares of the last z, for inputs 1, and of delta^1, for delta^L of size 1."""
    rng = np.random.default_rng(0)
    h, weights = np.ones((networks, widths[0])), []
    for n_in, n_out, v in zip(widths, widths[1:], variances, strict=False):
        weights.append(rng.normal(size=(networks, n_out, n_in)) * np.sqrt(v))
        z = (weights[-1] @ h[..., None])[..., 0] + sigma_b * rng.normal(size=(networks, n_out))
        h = phi(z)
    delta = rng.normal(size=(networks, 1, widths[-1]))
    for W in weights[:0:-1]:
        delta = delta @ W
    return (z**2).mean(), (delta**2).mean()


def test_signals_and_errors_change_as_the_answers_to_6_1_and_6_2_say():
    for case in QUESTIONS["6.1"].inputs():
        case["power"] = 1.0
        path = checks.q6_1.signal_path(**case)
        measured, _ = _mean_squares(case["widths"], case["variances"], case["sigma_b"], activations.relu)
        assert measured == pytest.approx(path[-1], rel=0.15)
    for case in QUESTIONS["6.2"].inputs():
        widths = case["widths"]
        variances = [checks.q6_2._variance(i, o, case["mode"]) for i, o in itertools.pairwise(widths)]
        measured = _mean_squares(widths, variances, 0.0, activations.identity)
        np.testing.assert_allclose(measured, checks.q6_2.there_and_back(**case), rtol=0.25)


def test_a_step_of_these_sizes_changes_each_matrix_by_the_target():
    for case in QUESTIONS["7.2"].inputs():
        params, grads, target = case.values()
        rates = checks.q7_2.step_sizes(**case) | {name: 0.0 for name in params if name[0] == "b"}
        after = {name: p - rates[name] * grads[name] for name, p in params.items()}
        np.testing.assert_allclose([*diagnostics.update_to_weight(params, after).values()], target)


def test_near_inputs_of_a_wide_network_are_pulled_apart_by_chi():
    rng = np.random.default_rng(0)
    params = mlp.initialize([50, *[2000] * 6], "normal", sigma_w=2.0, rng=rng)
    x = rng.normal(size=(4, 50)) * np.sqrt(theory.q_fixed_point(2.0, 0.0)) / 2.0
    factors = checks.q7_3.stretching(params, x, 1e-4 * rng.normal(size=x.shape))
    np.testing.assert_allclose(factors, theory.chi_1(2.0, 0.0), rtol=0.1)


def test_a_wide_residual_network_grows_as_predicted():
    for q, sigma_w, branches in (case.values() for case in QUESTIONS["7.4"].inputs()):
        rng, n = np.random.default_rng(1), 1000
        h, matrices = [np.sqrt(q) * rng.normal(size=(20, n))], []
        for _ in range(branches):
            matrices.append(sigma_w / np.sqrt(n) * rng.normal(size=(n, n)))
            h.append(h[-1] + np.tanh(h[-1]) @ matrices[-1].T)
        delta = first = rng.normal(size=(20, n))
        for W, before in zip(reversed(matrices), reversed(h[:-1]), strict=True):
            delta = delta + (delta @ W) * (1 - np.tanh(before) ** 2)
        growth = checks.q7_4.residual_growth(q, sigma_w, branches)
        assert (h[-1] ** 2).mean() == pytest.approx(growth["forward"], rel=0.1)
        assert (delta**2).mean() / (first**2).mean() == pytest.approx(growth["backward"], rel=0.15)


def test_the_doctor_knows_patients_of_other_seeds():
    for seed in range(2):
        assert all(checks.q7_5.diagnose(chart) == name for name, chart in checks.q7_5._patients(seed))


def test_a_point_on_the_edge_of_chaos_is_on_it():
    for case in QUESTIONS["6.5"].inputs():
        sigma_w, sigma_b = checks.q6_5.edge_of_chaos(**case)
        assert theory.chi_1(sigma_w, sigma_b, case["activation"]) == pytest.approx(1)
        assert theory.q_fixed_point(sigma_w, sigma_b, case["activation"]) == pytest.approx(case["q"])


def test_the_slope_and_the_forget_bias_solve_their_equations():
    for case in QUESTIONS["8.1"].inputs():
        a = checks.q8_1.slope_for(**case)
        np.testing.assert_allclose(np.sqrt(2 / (1 + a**2)), case["sigma_w"])
    for case in QUESTIONS["8.5"].inputs():
        gate = 1 / (1 + np.exp(-checks.q8_5.forget_bias(**case)))
        np.testing.assert_allclose(gate ** case["T"], case["share"], rtol=1e-9)


def test_lora_gradients_agree_with_the_complex_step():
    for case in QUESTIONS["8.2"].inputs():
        x, delta, A, B, alpha = case.values()

        def loss(p, x=x, delta=delta, alpha=alpha):
            return (delta * (x @ (alpha / len(p["A"]) * p["B"] @ p["A"]).T)).sum()  # delta is its derivative by z

        exact = gradcheck.complex_step(loss, {"A": A, "B": B})
        assert gradcheck.relative_error(checks.q8_2.lora_gradients(**case), exact) < 1e-13


def test_first_biases_are_where_the_loss_is_lowest():
    for case in QUESTIONS["8.3"].inputs():
        targets = case["targets"]

        def loss(b, targets=targets):
            return losses.binary_cross_entropy(b + np.zeros(targets.shape), targets)

        assert np.abs(gradcheck.complex_step(loss, checks.q8_3.tagging_bias(**case))).max() < 1e-15
    for case in QUESTIONS["8.4"].inputs():
        labels, weights = case.values()

        def loss(b, labels=labels, each=weights[labels]):
            return -(each * np.log(losses.softmax(b)[labels])).sum() / each.sum()

        start = checks.q8_4.weighted_start(**case)
        assert start["loss"] == pytest.approx(loss(start["b"]))
        assert np.abs(gradcheck.complex_step(loss, start["b"])).max() < 1e-15


def _measured_times(wires):
    """Train tanh nodes of width 3, joined by these wires, for some steps, and look."""
    rng = np.random.default_rng(0)
    x, target, last = rng.normal(size=(9, 3)), rng.normal(size=(9, 3)), max(b for _, b, _ in wires)
    W = {str(i): rng.normal(size=(3, 3)) * (kind != "zero") for i, (_, _, kind) in enumerate(wires)}
    first = [None] * len(wires)
    for step in range(8):

        def loss(W):
            h = {0: x}
            for node in range(1, last + 1):
                z = sum((h[a] @ W[str(i)].T for i, (a, b, _) in enumerate(wires) if b == node), 0 * x)
                h[node] = z if node == last else np.tanh(z)
            return ((h[last] - target) ** 2).sum() / 18

        grads = gradcheck.complex_step(loss, W)
        for i, (_, _, kind) in enumerate(wires):
            if kind != "fixed":
                first[i] = step if first[i] is None and grads[str(i)].any() else first[i]
                W[str(i)] -= 0.1 * grads[str(i)]
    return first


def test_wires_wake_when_the_answer_says():
    for case in (case for case in QUESTIONS["8.6"].inputs() if len(case["wires"]) < 12):
        assert _measured_times(**case) == checks.q8_6.waking_times(**case)


def test_merged_networks_compute_the_same_and_have_no_copies_left():
    for case in QUESTIONS["9.2"].inputs():
        params = case["params"]
        x = np.random.default_rng(1).normal(size=(9, params["W1"].shape[1]))
        merged = checks.q9_2.merge_copies(params)
        for phi in ("tanh", "relu"):
            after, before = (mlp.forward(p, x, phi).output for p in (merged, params))
            np.testing.assert_allclose(after, before, atol=1e-12)
        for l in range(1, mlp.depth(merged)):
            rows = np.column_stack([merged[f"W{l}"], merged[f"b{l}"]])
            assert diagnostics.distinct_rows(rows, 0) == len(rows)


def test_activations_nobody_has_seen_have_the_slopes_they_say():
    z, eps = np.array([-3.1, -0.4, 0.7, 2.5]), 1e-6
    for phi in (checks.q9_1.leakier, checks.q9_4.elu, checks.q9_4.wide_tanh, checks.q9_4.half_relu):
        assert phi.derivative(z) == pytest.approx((phi(z + eps) - phi(z - eps)) / (2 * eps), abs=1e-5)


# Bad input


def _never_ends(delta_next, W_next, z):
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            continue


def _raises(error):
    def answer(delta_next, W_next, z):
        raise error

    return answer


def _right(delta_next, W_next, z):
    return (delta_next @ W_next) * activations.lecun_tanh.derivative(z)


def _prints_a_lot(delta_next, W_next, z):
    print("x" * 10_000_000)
    np.array([1.0]) / 0  # a warning
    return _right(delta_next, W_next, z)


def _nan_in(delta_next, W_next, z):
    delta = _right(delta_next, W_next, z)
    delta[0, 0] = np.nan
    return delta


def _changes(delta_next, W_next, z):
    delta_next *= 2
    return _right(delta_next / 2, W_next, z)


BAD = {
    "None": (None, "the function hidden_delta(delta_next, W_next, z) was expected, got None"),
    "a result": (np.ones(3), "the function hidden_delta(delta_next, W_next, z) was expected, got an ndarray"),
    "Ellipsis": (..., "– 1.3 not attempted yet"),
    "returns Ellipsis": (lambda delta_next, W_next, z: ..., "– 1.3 not attempted yet"),
    "stub": (_raises(NotImplementedError("1.3: write hidden_delta")), "– 1.3 not attempted yet"),
    "stub of another question": (
        _raises(NotImplementedError("1.2: write output_delta")),
        "it calls an answer that is still missing (1.2: write output_delta)",
    ),
    "own NotImplementedError": (_raises(NotImplementedError()), "NotImplementedError, given delta_next (3, 3)"),
    "too few arguments": (lambda z: z, "wrong number of arguments: it takes (z), it must take (delta_next, "),
    "too many arguments": (lambda a, b, c, d: a, "wrong number of arguments: it takes (a, b, c, d), it must"),
    "exception": (
        _raises(KeyError("W\n3")),
        r"KeyError: 'W\n3', given delta_next (3, 3), W_next (3, 3), z (3, 3)",
    ),
    "long exception": (_raises(ValueError("no " * 1000)), "ValueError: no no no"),
    "exit": (_raises(SystemExit(3)), "SystemExit: 3, given"),
    "recursion": (lambda *args: BAD["recursion"][0](*args), "RecursionError: maximum recursion depth"),
    "returns None": (lambda *args: None, "it returned None: did you forget `return`?"),
    "returns a text": (lambda *args: "delta", "an array of numbers was expected, got a str"),
    "ragged list": (lambda *args: [[1], [1, 2]], "an array of numbers was expected, got a list"),
    "complex": (lambda d, W, z: _right(d, W, z) + 0j, "real numbers were expected, got complex ones"),
    "one number": (lambda *args: 3.0, "wrong shape: got (), expected (3, 3)"),
    "transpose": (
        lambda d, W, z: _right(d, W, z).T,
        "wrong shape: got (4, 5), expected (5, 4) (this is the transpose)",
    ),
    "nan": (_nan_in, "1 of 9 values are nan or infinite"),
    "in place": (_changes, "it changes its input delta_next in place: work on a copy"),
    "zeros": (lambda d, W, z: 0 * z, "shape right, values wrong: every entry is 0"),
    "wrong sign": (lambda d, W, z: -_right(d, W, z), "shape right, values wrong: the sign is flipped"),
    "wrong factor": (lambda d, W, z: 3 * _right(d, W, z), "shape right, values wrong: off by the factor 3 in"),
    "factor of the batch": (
        lambda d, W, z: len(z) * _right(d, W, z),
        "shape right, values wrong: too large by the factor 3 = the number of rows of delta_next",
    ),
    "one entry": (
        lambda d, W, z: _right(d, W, z) + np.eye(*z.shape) * (np.arange(z.shape[1]) == 0),
        "shape right, values wrong: of 9 entries only [0, 0] is off: ",
    ),
    "prints": (_prints_a_lot, "✓ 1.3 solved (3 points)"),
    "C function": (max, "ValueError: The truth value of an array"),
}


@pytest.mark.parametrize(("answer", "begins"), BAD.values(), ids=BAD)
def test_bad_input_gives_one_line(answer, begins, capfd):
    check("1.3", answer)
    printed = capfd.readouterr()
    assert printed.out.startswith(begins if begins[0] in "✓–" else f"✗ 1.3 not yet: {begins}")
    assert printed.out.count("\n") == 1
    assert len(printed.out) < 320
    assert printed.err == ""


def test_a_dict_says_which_arrays_are_wrong():
    def answer(params, x, targets):
        return {name: g + 1 if name == "b1" else g for name, g in checks.q1_4.gradients(params, x, targets).items()}

    said = said_of(QUESTIONS["1.4"], answer)
    assert said.startswith(
        "✗ 1.4 not yet: shape right, values wrong: b1 wrong (W3, b3, W2, b2, W1 right), 3 of 3 entries are off"
    )


def test_a_dict_says_what_it_should_not_have():
    def answer(params, x, targets):
        return {**checks.q1_4.gradients(params, x, targets), "W0": x}

    assert said_of(QUESTIONS["1.4"], answer) == "✗ 1.4 not yet: the dict should not have 'W0'"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no alarm signals on this system")
def test_a_loop_that_never_ends_is_stopped(capsys):
    before = signal.getsignal(signal.SIGALRM)
    start = time.perf_counter()
    check("1.3", _never_ends, seconds=0.2)
    assert time.perf_counter() - start < 2
    assert (
        capsys.readouterr().out
        == "✗ 1.3 not yet: no result after 0.2 s: is it slow, or is there a loop that never ends?\n"
    )
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_in_another_thread_there_is_no_limit_and_no_error(capsys):
    thread = threading.Thread(target=check, args=("1.3", _right))
    thread.start()
    thread.join()
    assert capsys.readouterr().out == "✓ 1.3 solved (3 points)\n"


def test_a_keyboard_interrupt_passes_through():
    with pytest.raises(KeyboardInterrupt):
        check("1.3", _raises(KeyboardInterrupt()))


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("1.9", 'There is no question "1.9": choose one of 1.1, 1.2, 1.3, 1.4, 1.5.'),
        ("", 'There is no question "": choose one of 1.1, '),
        (1.3, "The question must stand in quotes"),
        (["1.3"], "The question must stand in quotes"),
    ],
)
def test_an_unknown_question_is_answered_in_one_sentence(name, begins, capsys):
    check(name, _right)
    printed = capsys.readouterr().out
    assert printed.startswith(begins)
    assert printed.count("\n") == 1


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=3) | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.sets(st.integers(0, 3), max_size=2)
        | st.lists(st.floats(width=32), max_size=3).map(np.array)
        | st.dictionaries(st.sampled_from(["W1", "b1", "W2", "b2", 3]), inner, max_size=4)
    ),
    max_leaves=8,
)


@each_question
@given(value=ODD)
@settings(max_examples=12, deadline=None)  # of each of the questions
def test_whatever_is_returned_the_answer_is_one_line(question, value):
    said = said_of(question, lambda *args: value)
    assert said.startswith(f"✗ {question.id} not yet: ")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("value", "ends"),
    [
        ([1.0, 5.0], "the second of the two numbers is off: 5 is too large, the other is right"),
        ([0.0, 2.0], "the first of the two numbers is off: 0 is too small, the other is right"),
        (
            [0.5, 5.0],
            "2 of 2 entries are off, the worst by 2 of the largest entry; "
            "the first of the two numbers is 0.5, too small",
        ),
    ],
)
def test_of_two_numbers_it_is_said_which_is_off(value, ends):
    question = Question("9.1", 1, "Made up", lambda: np.array([1.0, 2.0]), lambda rng: [()])
    assert said_of(question, lambda: value).endswith(f"values wrong: {ends}")


def test_what_is_cut_ends_in_an_ellipsis():
    assert verdicts.shortened("a  b\nc", 10) == "a b c"
    assert verdicts.shortened("x" * 30, 10) == "xxxxxx ..."
    said = said_of(QUESTIONS["1.3"], _raises(ValueError("x" * 500)))
    assert "xxx ..., given" in said and len(said) < 320
    assert " ..." in said_of(QUESTIONS["2.3"], lambda params, layer: [list(range(10_000))])


@pytest.mark.parametrize("data", [None, {}, "✓", {"mark": "right"}, {"question": "1.1", "mark": "?"}, 3])
def test_what_is_no_verdict_is_refused(data):
    with pytest.raises(ValueError, match="no verdict"):
        Verdict.of(data)


def test_a_message_holds_no_address():
    said = said_of(QUESTIONS["1.3"], _raises(ValueError(object())))
    assert said.startswith("✗ 1.3 not yet: ValueError: <object object>, given")


# Progress


def test_progress_counts_what_was_solved_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    monkeypatch.setattr("course_utils.questions.predictions._unsaved", {})
    progress()
    said = capsys.readouterr().out
    assert said.startswith("0 of 120 points: 1 ·····  2 ·····  3 ·····  ") and said.count("\n") == 1
    for answer in (checks.q2_2.permute, checks.q2_2.permute, lambda params, orders: params):
        check("2.2", answer)
    check("1.1", None)
    capsys.readouterr()
    progress()
    points = QUESTIONS["2.2"].points
    assert capsys.readouterr().out.startswith(f"{points} of 120 points: 1 ·····  2 ·✓···  3 ")
    assert len(answers()[0]["exercise 2.2"]) == 1


def test_progress_says_if_answers_could_not_be_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path))
    monkeypatch.setattr("course_utils.questions.predictions._unsaved", {})
    (tmp_path / "answers.json").write_text("{")
    progress()
    points, note = capsys.readouterr().out.splitlines()
    assert points.startswith("0 of 120 points") and "answers" in note


def test_a_work_folder_that_cannot_be_written_is_said_and_no_trouble(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "file" / "work"))
    monkeypatch.setattr("course_utils.questions.predictions._unsaved", {})
    check("2.2", checks.q2_2.permute)
    progress()
    said = capsys.readouterr().out
    assert "✓ 2.2 solved" in said and "2 ·✓···" in said, "it counts until the session ends"
    assert said.count("Your choice counts until this session ends, but it could not be saved in") == 1
