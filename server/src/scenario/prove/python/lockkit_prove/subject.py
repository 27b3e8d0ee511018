"""Finds the function that is to be called, and what it is called with."""

import functools
import inspect
import sys

from .words import cannot


def find(module, job, tracer):
    """The function, with its arguments."""
    function = tracer.caught if job["caught"] and tracer.caught is not None else named(module, job)
    arguments = job.get("arguments") or []
    if not arguments:
        refuse_missing(function, job["function"])
    return in_request(functools.partial(function, *arguments), job.get("request"))


def named(module, job):
    value = module
    names = job["function"].split(".")
    for index, name in enumerate(names):
        value = getattr(value, name, None)
        is_last = index == len(names) - 1
        if inspect.isclass(value) and not is_last:
            value = instance_of(value, names[index + 1], job["construct"])
    if not callable(value):
        cannot(
            "loading the module does not make {}; name a function of the module, `object.method` or `Class.method`".format(
                job["function"]
            )
        )
    return inspect.unwrap(value) if inspect.isfunction(value) else value


def instance_of(cls, name, construct):
    """An instance, unless what is called of the class needs none."""
    attribute = inspect.getattr_static(cls, name, None)
    if isinstance(attribute, (staticmethod, classmethod)):
        return cls
    try:
        return cls(*construct)
    except TypeError as error:
        cannot('{}(…) fails: {}; give what it takes in lockkit.prove.json as "construct"'.format(cls.__name__, error))


def refuse_missing(function, name):
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    missing = [each.name for each in parameters if each.default is each.empty and each.kind in plain]
    if missing:
        cannot('{} takes {}: give them in lockkit.prove.json as "arguments"'.format(name, ", ".join(missing)))


def in_request(call, request):
    """Flask's handlers look for the request around them."""
    flask = sys.modules.get("flask")
    if flask is None:
        return call
    apps = [
        value
        for module in list(sys.modules.values())
        for value in list(vars(module).values())
        if isinstance(value, flask.Flask)
    ]
    if not apps:
        return call
    described = request or {}
    body = described.get("body")

    def handled():
        options = {"method": described.get("method", "GET"), "headers": described.get("headers")}
        options.update({"data": body} if isinstance(body, str) else {} if body is None else {"json": body})
        if described.get("query"):
            options["query_string"] = described["query"]
        with apps[0].test_request_context(described.get("url", "/"), **options):
            return call(**described.get("params", {}))

    return handled
