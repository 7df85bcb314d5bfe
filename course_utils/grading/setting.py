"""Setting an exam: random inputs for the questions of an exercise, and what is right for them."""

import cloudpickle
import numpy as np

from course_utils import checks
from course_utils.authoring import release, stored
from course_utils.checks import core
from course_utils.grading import plan as plans
from course_utils.grading.exam import Exam, Trial, private_questions


def numbers(root):
    """Return {number: solution notebook} of the exercises of a course repository."""
    return {str(int(path.name[:2])): path for path in release.sources(root)}


def exercises(root):
    """Return {number: plans.Released} of the exercises of a course repository."""
    found = {}
    for number, path in numbers(root).items():
        names = {id: q.reference.__name__ for id, q in checks.QUESTIONS.items() if id.split(".")[0] == number}
        found[number] = plans.released(release.release(stored.read(path), path.name), names)
    return found


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
        plans.released(nb, names),
        [cell.source for cell in solution.cells if cell.cell_type == "code"],
        trials,
        {id: q.points for id, q in asked.items()},
        {id: q.parameters for id, q in asked.items()},
        private,
    )


def _seed(seed, name):
    """A seed of a question's own, so that what one is asked tells nothing of another."""
    return [seed, *name.encode()]


def _trial(question, seed, public, private=None):
    """A question on the inputs of a seed; public ones come in the order of the notebook's check."""
    cases = question.inputs(seed)
    order = list(range(len(cases))) if public else np.random.default_rng(seed).permutation(len(cases)).tolist()
    expected = [question.reference(*case.values()) for case in question.inputs(seed)]
    return Trial(question.id, _pickled([cases[i] for i in order]), order, expected, public, private)


def _pickled(cases):
    """Inputs as the sandbox can load them: what is defined on a question's page goes along whole."""
    for page in checks.PAGES:
        cloudpickle.register_pickle_by_value(page)
    try:
        return cloudpickle.dumps(cases)
    finally:
        for page in checks.PAGES:
            cloudpickle.unregister_pickle_by_value(page)
