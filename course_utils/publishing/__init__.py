"""The notebooks as a web book, as slides, in the browser, and their figures as files."""
