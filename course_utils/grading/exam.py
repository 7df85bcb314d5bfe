"""An exam: the questions of one exercise with random inputs of one run, and what is right for them. Data only."""

import base64
import functools
import pickle
import types
from typing import NamedTuple

from course_utils import checks
from course_utils.checks import core
from course_utils.grading import plan as plans


class Trial(NamedTuple):
    """A question on the inputs of one seed: these as the sandbox gets them, and what is right for each.

    The order of the calls is random, too: call k is case order[k].
    """

    question: str
    inputs: bytes  # a pickle of the cases, in the order of the calls
    order: list
    expected: list  # in the order of the cases
    public: bool  # whether the learner can see these inputs: they are those of the notebook's own check
    private: int | None = None  # which of the instructor's questions it is


class Exam(NamedTuple):
    """The exam of an exercise.

    released: a `plans.Released`; solution: the sources of the solution's code cells
    trials: {question: [Trial, ...]}; points: {question: number}; parameters: {question: names}
    private: ((file name, source), ...) of the instructor's own checks
    """

    released: plans.Released
    solution: list
    trials: dict
    points: dict
    parameters: dict
    private: tuple = ()


def question(trial, private):
    """Return the `core.Question` of a trial; private: as in the exam."""
    return checks.QUESTIONS[trial.question] if trial.private is None else private_questions(private)[trial.private]


def cases(trial):
    """Return the cases of a trial, newly made."""
    return sorted_back(pickle.loads(trial.inputs), trial)


def sorted_back(called, trial):
    """Return what is in the order of the calls in the order of the cases."""
    return [entry for _, entry in sorted(zip(trial.order, called, strict=True), key=lambda pair: pair[0])]


def steps(exam, plan):
    """Return the steps of a plan with the inputs and the parameters that the checks need."""
    ready = []
    for step in plan.steps:
        if "check" in step:
            trials = exam.trials[step["check"]]
            inputs = [base64.b64encode(trial.inputs).decode() for trial in trials]
            step = {**step, "inputs": inputs, "parameters": exam.parameters[step["check"]]}
        ready.append(step)
    return ready


@functools.cache
def private_questions(sources):
    """Return the questions in an instructor's files, ((name, source), ...); ValueError if they are not of that form."""
    found = []
    for name, source in sources:
        found += _module(name, source).QUESTIONS
    return found


def _module(name, source):
    """A module made of an instructor's file, whose functions are pickled whole: the sandbox does not have it."""
    module = types.ModuleType(f"private_check_{name.removesuffix('.py')}")
    try:
        exec(compile(source, name, "exec"), module.__dict__)  # the instructor's own code, asked for with --checks
    except Exception as error:
        raise ValueError(f"{name} cannot be used: {type(error).__name__}: {error}.") from None
    questions = getattr(module, "QUESTIONS", None)
    if not isinstance(questions, list | tuple) or not all(isinstance(q, core.Question) for q in questions):
        raise ValueError(f"{name} must hold QUESTIONS, a tuple of course_utils.checks.core.Question.")
    return module
