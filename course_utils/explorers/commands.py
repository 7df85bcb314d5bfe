"""The command `course app`."""

from course_utils import _command, explorers


def add_to(commands):
    """Add it to the command line."""
    app = _command.add(
        commands,
        _app,
        "app",
        help="show one explorer alone, for a lecture hall",
        description="Show one explorer alone in the browser, through Voila (extra `apps`), until Ctrl-C.",
    )
    app.add_argument("name", metavar="NAME", help=", ".join(explorers.NAMES))
    app.add_argument("--port", type=int, default=8866)
    app.add_argument("--no-browser", action="store_true", help="only serve it")


def _app(options):
    """`course app`: the exit status."""
    from course_utils.explorers import app

    return app.run(options.name, options.port, browser=not options.no_browser)
