"""Answers to 10.2, branches for any depth."""


def by_search(wiring, N, v, q0, q_end):
    """Halve an interval until the stream ends where it should."""
    low, high = 0.0, 100.0
    for _ in range(200):
        s, q = (low + high) / 2, q0
        for _ in range(N):
            q += s**2 * v * (q if wiring == "no norm" else 1)
        low, high = (s, high) if q < q_end else (low, s)
    return low


RIGHT = {
    "by search": by_search,
}
