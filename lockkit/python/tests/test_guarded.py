from __future__ import annotations

import asyncio
import inspect
import threading
from typing import AsyncIterator, Iterator

from lockkit import CombinedLock, LockReentryError, LockTimeoutError, guarded

from .support import LockTestCase


class Guarded(LockTestCase):
    def test_a_function_runs_under_the_lock(self) -> None:
        @guarded("total")
        def add(a: int, b: int = 2) -> int:
            """Adds."""
            self.assertIsNone(CombinedLock("total").try_acquire())
            return a + b

        self.assertEqual(add(1), 3)
        self.assertEqual((add.__name__, add.__doc__), ("add", "Adds."))
        with CombinedLock("total"):
            pass

    def test_a_coroutine_function_runs_under_the_lock(self) -> None:
        @guarded("total")
        async def add(a: int, b: int) -> int:
            await asyncio.sleep(0)
            self.assertIsNone(CombinedLock("total").try_acquire())
            return a + b

        self.assertTrue(inspect.iscoroutinefunction(add))
        self.assertEqual(asyncio.run(add(1, b=2)), 3)

    def test_the_name_may_use_the_arguments(self) -> None:
        @guarded("user:{user_id}:{rest[0]}:{{}}")
        def work(user_id: int, *rest: str) -> list[bool]:
            names = ("user:1:a:{}", "user:2:a:{}")
            grants = [CombinedLock(name).try_acquire() for name in names]
            for grant in grants:
                if grant:
                    grant.release()
            return [grant is None for grant in grants]

        self.assertEqual(work(1, "a"), [True, False])
        self.assertEqual(work(2, "a"), [False, True])

        class Account:
            number = 7

            @guarded("account:{self.number}:{times}")
            def pay(self, times: int = 3) -> bool:
                return CombinedLock("account:7:3").try_acquire() is None

        self.assertTrue(Account().pay())

    def test_two_keys_do_not_exclude_each_other(self) -> None:
        barrier = threading.Barrier(2)

        @guarded("key:{key}")
        def meet(key: int) -> None:
            barrier.wait(30)

        threads = [threading.Thread(target=meet, args=(key,)) for key in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertFalse(barrier.broken)

    def test_recursion_is_a_reentry(self) -> None:
        @guarded("recursive")
        def recurse() -> None:
            recurse()

        with self.assertRaises(LockReentryError):
            recurse()

    def test_waits_no_longer_than_it_may(self) -> None:
        @guarded("busy", timeout=0.01)
        def work() -> None: ...

        @guarded("busy", timeout=0.01)
        async def work_async() -> None: ...

        program = self.start("with CombinedLock('busy'): say('held'); hear()")
        program.hear()
        with self.assertRaises(LockTimeoutError):
            work()
        with self.assertRaises(LockTimeoutError):
            asyncio.run(work_async())

    def test_refuses_generators_and_unknown_fields(self) -> None:
        def generator() -> Iterator[int]:
            yield 1

        async def async_generator() -> AsyncIterator[int]:
            yield 1

        for function in (generator, async_generator):
            with self.assertRaises(TypeError):
                guarded("generator")(function)
        with self.assertRaisesRegex(ValueError, "not a parameter"):
            guarded("user:{id}")(self.path)
