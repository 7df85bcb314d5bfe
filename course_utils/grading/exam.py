"""An exam: the questions of one exercise with random inputs of one run, and what is right for them. Data only."""

import base64
import functools
import pickle
import re
import types
from typing import NamedTuple

import cloudpickle
import numpy as np

from course_utils import checks
from course_utils.authoring import release, stored
from course_utils.checks import core
from course_utils.grading import plan as plans

WORDS = re.compile(r"<!-- BEGIN SOLUTION -->\n(.*?)\n<!-- END SOLUTION -->", re.DOTALL)


class Trial(NamedTuple):
    """A question on the inputs of one seed: these as the sandbox gets them, and what is right for each.

    The order of the calls is random, too: call k is case order[k].
    """

    question: str
    inputs: list  # a pickle of each case, in the order of the calls
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


def numbers(root):
    """Return {number: solution notebook} of the exercises of a course repository."""
    return {str(int(path.name[:2])): path for path in release.sources(root)}


def exercises(root):
    """Return {number: plans.Released} of the exercises of a course repository."""
    found = {}
    for number, path in numbers(root).items():
        names = {id: q.reference.__name__ for id, q in checks.QUESTIONS.items() if id.split(".")[0] == number}
        solution = stored.read(path)
        found[number] = plans.released(release.release(solution, path.name), names, _rubrics(solution))
    return found


def _rubrics(solution):
    """{question: the solution's words} of the questions that are answered in words."""
    answers = [
        cell for cell in solution.cells if cell.cell_type == "markdown" and cell.metadata.course.role == "answer"
    ]
    return {cell.metadata.course.question: "\n".join(WORDS.findall(cell.source)) for cell in answers}


def make(root, number, seed, private=()):
    """Return the `Exam` of an exercise for that seed; ValueError if an instructor's check cannot be used."""
    private = tuple(private)
    source = numbers(root)[number]
    solution = stored.read(source)
    nb = release.release(solution, source.name)
    asked = {id: q for id, q in checks.QUESTIONS.items() if id.split(".")[0] == number}
    extra = [(i, q) for i, q in enumerate(private_questions(private)) if q.id.split(".")[0] == number]
    trials = {id: [_trial(q, core.SEED, True), _trial(q, _seed(seed, id), False)] for id, q in asked.items()}
    for i, question in extra:
        if question.id not in asked:
            raise ValueError(f"a private check is for question {question.id}, which exercise {number} does not ask.")
        if question.reference.__name__ != asked[question.id].reference.__name__:
            raise ValueError(
                f"the private check of question {question.id} is for a function {question.reference.__name__}: it must "
                f"be for {asked[question.id].reference.__name__}."
            )
        trials[question.id].append(_trial(question, _seed(seed, f"{question.id} {i}"), False, i))
    names = {id: q.reference.__name__ for id, q in asked.items()}
    return Exam(
        plans.released(nb, names, _rubrics(solution)),
        [cell.source for cell in solution.cells if cell.cell_type == "code"],
        trials,
        {id: q.points for id, q in asked.items()},
        {id: q.parameters for id, q in asked.items()},
        private,
    )


@functools.cache
def private_questions(sources):
    """Return the questions in an instructor's files, ((name, source), ...); ValueError if they are not of that form."""
    found = []
    for name, source in sources:
        found += _module(name, source).QUESTIONS
    return found


def question(trial, private):
    """Return the `core.Question` of a trial; private: as in the exam."""
    return checks.QUESTIONS[trial.question] if trial.private is None else private_questions(private)[trial.private]


def cases(trial):
    """Return the cases of a trial, newly made."""
    return sorted_back(list(map(pickle.loads, trial.inputs)), trial)


def sorted_back(called, trial):
    """Return what is in the order of the calls in the order of the cases."""
    return [entry for _, entry in sorted(zip(trial.order, called, strict=True), key=lambda pair: pair[0])]


def steps(exam, plan):
    """Return the steps of a plan with the inputs and the parameters that looks need, and the answers to put there."""
    ready = []
    for step in plan.steps:
        if "check" in step:
            trials = exam.trials[step["check"]]
            inputs = [[base64.b64encode(case).decode() for case in trial.inputs] for trial in trials]
            step = {**step, "inputs": inputs, "parameters": exam.parameters[step["check"]]}
        elif "put" in step:
            right = _pickled(checks.QUESTIONS[step["value"]].reference)
            step = {**step, "value": base64.b64encode(right).decode()}
        ready.append(step)
    return ready


def _seed(seed, name):
    """A seed of a question's own, so that what one is asked tells nothing of another."""
    return [seed, *name.encode()]


def _trial(question, seed, public, private=None):
    """A question on the inputs of a seed; public ones come in the order of the notebook's check."""
    cases = question.inputs(seed)
    order = list(range(len(cases))) if public else np.random.default_rng(seed).permutation(len(cases)).tolist()
    expected = [question.reference(*case.values()) for case in question.inputs(seed)]
    return Trial(question.id, [_pickled(cases[i]) for i in order], order, expected, public, private)


def _pickled(thing):
    """Something as the sandbox can load it: what is defined on a question's page goes along whole."""
    for page in checks.PAGES:
        cloudpickle.register_pickle_by_value(page)
    try:
        return cloudpickle.dumps(thing)
    finally:
        for page in checks.PAGES:
            cloudpickle.unregister_pickle_by_value(page)


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
