"""The command `course`: each wing of the package brings its own commands; here they are one."""

import argparse
import sys

from course_utils import _command, plane
from course_utils.authoring import commands as authoring
from course_utils.explorers import commands as explorers
from course_utils.grading import commands as grading
from course_utils.publishing import commands as publishing

WINGS = (authoring, grading, plane, publishing, explorers)
DESCRIPTION = """Look after the notebooks, book and slides of the course. Run it anywhere in the course repository."""
EPILOG = """After an edit in solutions/:  course store solutions && course release
Before a commit:              course store --check && course release --check"""


class Parser(argparse.ArgumentParser):
    """An argument parser that reports a usage error in one line."""

    def error(self, message):
        """Exit with status 2."""
        self.exit(2, f"course: {message} (see {self.prog} --help)\n")


def main(arguments=None):
    """Run the command; returns its exit status: 0 all is well, 1 something is not, 2 wrong usage."""
    parser = Parser(
        prog="course", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for wing in WINGS:
        wing.add_to(commands)
    options = parser.parse_args(arguments)
    try:
        return options.command(options)
    except (OSError, RuntimeError, ValueError) as error:
        _command.complain(error)
        return 1
    except KeyboardInterrupt:
        _command.complain("stopped")
        return 130


def run():
    """Run the command in a process of its own."""
    _command.settle()
    return main()


if __name__ == "__main__":
    sys.exit(run())
