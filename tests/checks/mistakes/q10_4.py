"""Answers to 10.4, what never moves."""


def by_cases(zero, softmax, skip):
    """Reason on the two products."""
    z, stuck = set(zero), set()
    ways = [{"Q", "K", "V", "O", "U"}] + ([{"V", "O", "U"}] if softmax else []) + ([{"U"}] if skip else [])
    while True:
        dead = {m for m in "QKVOU" if all(len(way & z - {m}) for way in ways if m in way)}
        if not z - dead:
            return sorted(dead)
        if z == stuck:
            return sorted(dead)
        stuck, z = z, z & dead


WRONG = {
    "a full name": (lambda zero, softmax, skip: ["queries"], "the names are"),
}

RIGHT = {
    "by cases": by_cases,
}
