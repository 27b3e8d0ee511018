"""What the instrumented program calls: it tells what is read and written, and holds executions where the schedule says."""

import asyncio
import contextvars
import inspect
import operator

from .words import say

# Characters of a value that are shown.
SHOWN = 60

# Which of the two executions this is; None outside of both.
execution = contextvars.ContextVar("lockkit_execution", default=None)


def shown(value):
    """A value in a few characters; '' for one that says nothing."""
    if value is None:
        return ""
    try:
        text = repr(value)
    except Exception as error:
        text = "<{}>".format(type(error).__name__)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


class Tracer:
    def __init__(self, job, host):
        self.dimension = job["dimension"]
        self.holds = {(hold["execution"], hold["at"]) for hold in job["holds"]}
        self.host = host
        self.passed = {}
        self.caught = None

    def made(self, function):
        """A decorator for the function that is meant by its line."""
        self.caught = function
        return function

    def read(self, access, value):
        self.tell(access, value)
        return value

    def assign(self, access, value):
        self.tell(access, value)
        return value

    def in_place(self, name, left, right):
        """`left += right` and its like, as an expression."""
        return getattr(operator, name)(left, right)

    def called(self, access, function, *args, **kwargs):
        """A call that writes: it has written when it returns, or when what it returns has been awaited."""
        result = function(*args, **kwargs)
        given = list(args) + list(kwargs.values())
        value = given[-1] if given else None
        if inspect.iscoroutine(result) or asyncio.isfuture(result):
            return self.awaited(access, result, value)
        self.tell(access, value)
        return result

    async def awaited(self, access, result, value):
        settled = await result
        self.tell(access, value)
        return settled

    async def point(self, access, awaitable):
        """An `await`: of a read, when an access is given. Another task may run from here on."""
        value = await awaitable
        if access:
            self.tell(access, value)
        if self.dimension == "tasks":
            await self.pass_point()
        return value

    def tell(self, access, value):
        current = execution.get()
        if current is None:
            return
        self.host.on_sign()
        say(kind="event", execution=current, access=access, value=shown(value))
        if self.dimension == "tasks" or not self.is_held_at(current):
            return
        say(kind="held", execution=current)
        self.host.stop()

    async def pass_point(self):
        """Among tasks only the execution that is held waits."""
        current = execution.get()
        if current is None:
            return
        self.host.on_sign()
        if self.is_held_at(current):
            say(kind="held", execution=current)
            await self.host.pause()
            self.host.on_sign()

    def is_held_at(self, current):
        number = self.passed.get(current, 0) + 1
        self.passed[current] = number
        say(kind="point", execution=current, number=number)
        return (current, number) in self.holds
