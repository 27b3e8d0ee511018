"""
Blocking kernel calls that another thread can call back.

Python repeats a system call that a signal interrupted (PEP 475) unless a handler raises, and handlers run in the main
thread only. So a thread that waits in `fcntl.flock` cannot be called back. The same calls by `ctypes` return with EINTR.

The signal is SIGURG: ignored by default, so a stray one harms nobody. Its handler must be there and do nothing; `abs` of
the C library takes an int and returns, as a handler does, so that no Python runs in it. Where the program has a handler of
its own, or there is no ctypes or no Linux, nobody is called back: the wait then ends when the lock is free.

The signal may come just before the thread enters the kernel, and is lost then: whoever sends it looks whether it came.
"""

from __future__ import annotations

import errno
import fcntl
import os
import platform
import signal
import sys
from typing import Callable, Protocol

F_OFD_GETLK = 36
F_OFD_SETLK = 37
F_OFD_SETLKW = 38
"""fcntl.h of Linux. The fcntl module has them from 3.9 on, if it was built against headers that have."""

HAS_OFD = sys.platform.startswith("linux")
"""Open file description locks: Linux 3.15. An older kernel answers EINVAL, which costs order, as elsewhere."""


class _Calls(Protocol):
    """Each is False when it was called back, and raises OSError as the kernel has it."""

    def flock(self, fd: int, operation: int) -> bool: ...

    def byte_lock(self, fd: int, range_: bytes) -> bool: ...

    def prepare(self) -> None:
        """To be called by a thread that is going to wait, before it does."""
        ...

    def interrupt(self, thread: int) -> bool:
        """Calls back a living thread that is in `flock` or `byte_lock`. False: it cannot be called back."""
        ...


class _Plain:
    """The calls of the standard library, which nobody can call back."""

    def flock(self, fd: int, operation: int) -> bool:
        fcntl.flock(fd, operation)
        return True

    def byte_lock(self, fd: int, range_: bytes) -> bool:
        fcntl.fcntl(fd, F_OFD_SETLKW, range_)
        return True

    def prepare(self) -> None:
        pass

    def interrupt(self, thread: int) -> bool:
        return False


def _interruptible_calls() -> _Calls:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    get_errno = ctypes.get_errno
    flock_call: Callable[[int, int], int] = libc.flock
    fcntl_call: Callable[[int, int, bytes], int] = libc.fcntl
    sigaction: Callable[[int, None, object], int] = libc.sigaction
    set_handler = libc.signal
    set_handler.argtypes = (ctypes.c_int, ctypes.c_void_p)
    set_handler.restype = ctypes.c_void_p
    nothing = ctypes.cast(libc.abs, ctypes.c_void_p).value
    without_handler = (int(signal.SIG_DFL), int(signal.SIG_IGN))

    def present_handler() -> int:
        # struct sigaction begins with the handler, except on MIPS; the rest of it fits into 64 words by far.
        present = (ctypes.c_size_t * 64)()
        return present[0] if sigaction(signal.SIGURG, None, present) == 0 else -1

    def done(result: int) -> bool:
        if result != -1:
            return True
        error = get_errno()
        if error == errno.EINTR:
            return False
        raise OSError(error, os.strerror(error))

    class Interruptible:
        def flock(self, fd: int, operation: int) -> bool:
            return done(flock_call(fd, operation))

        def byte_lock(self, fd: int, range_: bytes) -> bool:
            return done(fcntl_call(fd, F_OFD_SETLKW, range_))

        def prepare(self) -> None:
            # The process's signals are for threads that know what to do with them.
            signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals() - {signal.SIGURG})
            if present_handler() in without_handler:
                set_handler(signal.SIGURG, nothing)
                signal.siginterrupt(signal.SIGURG, True)

        def interrupt(self, thread: int) -> bool:
            if present_handler() != nothing:
                return False
            signal.pthread_kill(thread, signal.SIGURG)
            return True

    return Interruptible()


def _choose() -> _Calls:
    # A 32-bit C library has two layouts of struct flock; the fcntl module knows which one it was built for.
    if HAS_OFD and sys.maxsize > 2**32 and not platform.machine().startswith("mips"):
        try:
            return _interruptible_calls()
        except (ImportError, OSError, AttributeError):
            pass  # a Python without ctypes, or a C library without these names
    return _Plain()


calls = _choose()
