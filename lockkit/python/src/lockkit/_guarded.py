"""A lock around a function."""

from __future__ import annotations

import functools
import inspect
from string import Formatter
from typing import Any, Callable, TypeVar, cast

from ._lock import DEFAULT_HANDOVER, DEFAULT_REENTRY_PATIENCE, CombinedLock
from ._mode import LockMode

_Function = TypeVar("_Function", bound=Callable[..., Any])


def guarded(
    name: str, *, timeout: float | None = None, handover: float = DEFAULT_HANDOVER, mode: LockMode = "exclusive"
) -> Callable[[_Function], _Function]:
    """
    Runs each call of a function, or of a coroutine function, under the lock of this name. The name may use the call's
    arguments as a format string does; braces that are none of these are doubled.

        @guarded("user:{user_id}")
        async def rename(user_id: int, name: str) -> None: ...

    `timeout`: seconds that a call waits for the lock, then LockTimeoutError. `handover` and `mode` are those of CombinedLock,
    and the errors of a call those of CombinedLock.acquire.
    Raises TypeError for a generator function, whose work is done after the call; ValueError for a field that is not a
    parameter.
    """

    def decorate(function: _Function) -> _Function:
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(f"{function!r} is a generator: its work is done after the call. Use the lock inside of it.")
        lock_of = _lock_by_arguments(name, function, lambda each: CombinedLock(each, handover, DEFAULT_REENTRY_PATIENCE, mode))
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def guarded_coroutine(*args: Any, **kwargs: Any) -> Any:
                async with await lock_of(args, kwargs).acquire_async(timeout):
                    return await function(*args, **kwargs)

            return cast(_Function, guarded_coroutine)

        @functools.wraps(function)
        def guarded_function(*args: Any, **kwargs: Any) -> Any:
            with lock_of(args, kwargs).acquire(timeout):
                return function(*args, **kwargs)

        return cast(_Function, guarded_function)

    return decorate


def _lock_by_arguments(
    name: str, function: Callable[..., Any], make: Callable[[str], CombinedLock]
) -> Callable[[tuple[Any, ...], dict[str, Any]], CombinedLock]:
    fields = [field for _, field, _, _ in Formatter().parse(name) if field is not None]
    if not fields:
        lock = make(name.format())
        return lambda args, kwargs: lock
    signature = inspect.signature(function)
    for field in fields:
        parameter = field.replace("[", ".").split(".")[0]
        if parameter not in signature.parameters:
            raise ValueError(f'The lock name "{name}" uses {{{field}}}, which is not a parameter of {function!r}.')

    def lock_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> CombinedLock:
        call = signature.bind(*args, **kwargs)
        call.apply_defaults()
        return make(name.format_map(call.arguments))

    return lock_of
