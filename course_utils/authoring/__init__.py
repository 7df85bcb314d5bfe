"""The notebooks as files: their format, running and storing them, the exercises made of them, and their figures."""
