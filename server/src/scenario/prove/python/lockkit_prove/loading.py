"""Loads the module under test from the scratch copy, with the files that have accesses instrumented on the way."""

import builtins
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys

from .instrument import TRACER, instrumented


class TracingLoader(importlib.machinery.SourceFileLoader):
    accesses = {}
    places = {}

    def source_to_code(self, data, path, *, _optimize=-1):
        real = os.path.realpath(path)
        text = importlib.util.decode_source(data) if b"\r" not in data else data.decode("utf-8")
        tree = instrumented(text, self.accesses.get(real, []), self.places.get(real))
        return compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)


class TracingFinder(importlib.abc.MetaPathFinder):
    def __init__(self, files):
        self.files = files

    def find_spec(self, name, path, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or os.path.realpath(spec.origin) not in self.files:
            return None
        spec.loader = TracingLoader(name, spec.origin)
        return spec


def load(job, tracer):
    """The module, with its program's directories on the path."""
    setattr(builtins, TRACER, tracer)
    files = {os.path.realpath(job["module"])}
    for access in job["accesses"]:
        real = os.path.realpath(access["file"])
        files.add(real)
        TracingLoader.accesses.setdefault(real, []).append(access)
    if job.get("place") is not None:
        TracingLoader.places[os.path.realpath(job["module"])] = job["place"]
    sys.meta_path.insert(0, TracingFinder(files))
    # Nothing of another run's, and nothing that was compiled before.
    sys.dont_write_bytecode = True
    sys.path[:0] = [each for each in job["path"] if os.path.isdir(each)]
    # The lock of this project, where the program's own surroundings do not have it.
    sys.path.append(job["runtime"])
    return importlib.import_module(job["name"])
