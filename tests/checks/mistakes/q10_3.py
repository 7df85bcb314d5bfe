"""Answers to 10.3, a wider network."""


def spelled_out(lr, base, width):
    wide = lr * base / width
    return {
        "W1": lr,
        "b1": lr,
        "W2": wide,
        "b2": lr,
        "W3": wide,
        "b3": lr,
        "start": (base / width) ** 0.5,
    }


WRONG = {
    "start forgotten": (
        lambda lr, base, width: {k: v for k, v in spelled_out(lr, base, width).items() if k != "start"},
        "start",
    ),
}

RIGHT = {
    "spelled out": spelled_out,
}
