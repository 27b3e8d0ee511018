"""Run in lockkit/python: PYTHONPATH=src python3 -m unittest discover -s tests -t ."""
