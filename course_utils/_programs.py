"""Programs that the course can use where a machine has them: Chromium, bubblewrap, npm."""

import os
import shutil

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


def find(*names):
    """Return the path of the first of these programs that is installed, or None.

    Those named in COURSE_WITHOUT, with blanks between them, count as not installed: so a machine that has everything
    can be tested as one that has not. "chromium" there stands for all names of it.
    """
    without = os.environ.get("COURSE_WITHOUT", "").split()
    if "chromium" in without:
        without += CHROMIUM
    return next(filter(None, (shutil.which(name) for name in names if name not in without)), None)
