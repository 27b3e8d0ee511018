"""What the tests share: lock files of their own, and programs in processes of their own."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from typing import Any, Callable

from lockkit import CombinedLock

PATIENCE = 120.0
"""Seconds after which a test that waits for something gives up."""


class LockTestCase(unittest.TestCase):
    """Gives each test, and the processes it starts, a directory of lock files of its own."""

    def setUp(self) -> None:
        self.directory = tempfile.mkdtemp(prefix="lockkit-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        before = os.environ.get("LOCKKIT_DIR")
        os.environ["LOCKKIT_DIR"] = self.directory
        self.addCleanup(_restore, before)

    def start(self, program: str, *arguments: str) -> Program:
        started = Program(program, *arguments)
        self.addCleanup(started.kill)
        return started

    def path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def eventually(self, condition: Callable[[], object], message: str) -> None:
        """Waits for a condition that nothing announces."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                self.fail(message)
            time.sleep(0.002)

    def wait_queued(self, name: str, count: int) -> None:
        """Waits until so many requests of this process wait for the lock."""
        self.eventually(lambda: queued(name) == count, f"{count} requests should wait, not {queued(name)}")


class Program:
    """Python code in a process of its own; it talks in lines. `say` and `hear` are there in it."""

    def __init__(self, code: str, *arguments: str) -> None:
        prelude = """
            import os, sys, threading, time, asyncio
            from lockkit import *
            def say(*words): print(*words, flush=True)
            def internal(module, name):
                import importlib
                package = importlib.import_module('lockkit')
                return getattr(importlib.import_module(f'lockkit.{module}') if hasattr(package, '__path__') else package, name)
            queues, this_thread = internal('_process', 'queues'), internal('_execution', 'this_thread')
            def hear(): return sys.stdin.readline().strip()
        """
        text = textwrap.dedent(prelude) + textwrap.dedent(code)
        self.process = subprocess.Popen(
            [sys.executable, "-c", text, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def tell(self, line: str = "") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def rest(self) -> str:
        """What it says until its end, which must be a good one."""
        said, _ = self.process.communicate(timeout=PATIENCE)
        if self.process.returncode != 0:
            raise AssertionError(f"the program ended with {self.process.returncode} after saying {said!r}")
        return said.strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def internal(module: str, name: str) -> Any:
    """What a module of the package has; in the single file, it has everything itself."""
    package = importlib.import_module("lockkit")
    return getattr(importlib.import_module(f"lockkit.{module}") if hasattr(package, "__path__") else package, name)


def lock_path(name: str) -> str:
    return os.path.join(os.environ["LOCKKIT_DIR"], internal("_names", "lock_file_name")(name))


def queued(name: str) -> int:
    """How many requests of this process wait for the lock."""
    return len(CombinedLock(name).query().pending)


def waits_in_kernel(name: str) -> int:
    """How many processes wait for the flock or for a byte of the lock's file, as the kernel lists them."""
    inode = os.stat(lock_path(name)).st_ino
    with open("/proc/locks") as locks:
        return sum(f":{inode} " in line and "->" in line for line in locks)


def _restore(directory: str | None) -> None:
    if directory is None:
        os.environ.pop("LOCKKIT_DIR", None)
    else:
        os.environ["LOCKKIT_DIR"] = directory
