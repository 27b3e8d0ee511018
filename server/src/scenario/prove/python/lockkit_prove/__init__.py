"""Runs a Python function twice at once for `lockkit prove`, and tells what it reads and writes. Python 3.8 and later."""
