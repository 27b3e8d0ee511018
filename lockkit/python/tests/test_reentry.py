from __future__ import annotations

import asyncio
import errno
import pickle
import threading

from lockkit import (
    CombinedLock,
    Grant,
    LockBusyError,
    LockDeadlockError,
    LockDirectoryError,
    LockError,
    LockFileError,
    LockNotHeldError,
    LockReentryError,
    LockReleaseError,
    LockTimeoutError,
)

from .support import LockTestCase


class Reentry(LockTestCase):
    def test_of_a_thread_is_an_error(self) -> None:
        lock = CombinedLock("thread")
        with lock:
            for again in (lock.acquire, CombinedLock("thread").acquire, lambda: lock.acquire(timeout=0.1)):
                with self.assertRaises(LockReentryError) as caught:
                    again()
                self.assertIsNone(caught.exception.waited)
            self.assertIsNone(lock.try_acquire())
        with lock:
            pass

    def test_of_a_task_is_an_error(self) -> None:
        async def main() -> None:
            lock = CombinedLock("task")
            async with lock:
                with self.assertRaises(LockReentryError):
                    async with lock:
                        pass
                with self.assertRaises(LockReentryError):
                    lock.acquire()
            async with lock:
                pass

        asyncio.run(main())

    def test_a_thread_started_inside_is_another_one(self) -> None:
        lock, held = CombinedLock("started thread"), threading.Event()

        def work() -> None:
            with lock:
                held.set()

        with lock:
            thread = threading.Thread(target=work)
            thread.start()
            self.wait_queued("started thread", 1)
        thread.join()
        self.assertTrue(held.is_set())

    def test_a_task_started_inside_is_another_one(self) -> None:
        async def main() -> None:
            lock = CombinedLock("started task", reentry_patience=0.01)

            async def work() -> str:
                async with lock:
                    return "held"

            async with lock:
                task = asyncio.create_task(work())
                await asyncio.sleep(0.1)
            self.assertEqual(await task, "held")

        asyncio.run(main())

    def test_a_thread_with_the_ident_of_an_ended_one_is_another_one(self) -> None:
        lock, grants = CombinedLock("ident"), list[Grant]()
        first = threading.Thread(target=lambda: grants.append(lock.acquire()))
        first.start()
        first.join()
        second = threading.Thread(target=lambda: grants.append(lock.acquire()))
        second.start()
        self.wait_queued("ident", 1)
        grants[0].release()
        second.join()
        grants[1].release()

    def test_a_detached_grant_is_nobodys(self) -> None:
        lock = CombinedLock("detached")
        for _ in range(3):
            grant = lock.acquire().detach()
            threading.Timer(0.01, grant.release).start()
        with lock:
            pass

    def test_blocking_the_loop_of_the_holder_is_an_error(self) -> None:
        async def main() -> None:
            lock = CombinedLock("loop")

            async def hold() -> None:
                async with lock:
                    await release.wait()

            release = asyncio.Event()
            holder = asyncio.create_task(hold())
            await asyncio.sleep(0)
            with self.assertRaises(LockDeadlockError) as caught:
                lock.acquire()
            self.assertEqual(caught.exception.because, "held")
            with self.assertRaises(LockBusyError):
                lock.acquire(timeout=0)
            self.assertIsNone(lock.try_acquire())
            release.set()
            await holder
            with lock:
                pass

        asyncio.run(main())

    def test_blocking_the_loop_of_one_who_queues_before_is_an_error(self) -> None:
        async def main() -> None:
            lock, held, release = CombinedLock("queued"), threading.Event(), threading.Event()

            def hold() -> None:
                with lock:
                    held.set()
                    release.wait()

            thread = threading.Thread(target=hold)
            thread.start()
            held.wait()
            waiting = asyncio.create_task(lock.acquire_async())
            await asyncio.sleep(0)
            with self.assertRaises(LockDeadlockError) as caught:
                lock.acquire()
            self.assertEqual(caught.exception.because, "queued")
            release.set()
            (await waiting).release()
            thread.join()

        asyncio.run(main())

    def test_blocking_the_loop_for_a_thread_is_allowed(self) -> None:
        async def main() -> None:
            lock, held = CombinedLock("allowed"), threading.Event()

            def hold() -> None:
                with lock:
                    held.set()
                    self.wait_queued("allowed", 1)

            thread = threading.Thread(target=hold)
            thread.start()
            held.wait()
            with lock:
                pass
            thread.join()

        asyncio.run(main())

    def test_a_loop_run_by_the_holder_is_a_likely_reentry(self) -> None:
        lock = CombinedLock("inner loop", reentry_patience=0.05)
        with lock:
            with self.assertRaises(LockReentryError) as caught:
                asyncio.run(lock.acquire_async())
            self.assertEqual(caught.exception.waited, 0.05)

    def test_a_grant_that_a_task_left_to_its_thread_is_a_likely_reentry(self) -> None:
        lock = CombinedLock("left", reentry_patience=0.05)

        async def leave() -> Grant:
            return await lock.acquire_async()

        grant = asyncio.run(leave())
        with self.assertRaises(LockReentryError) as caught:
            lock.acquire()
        self.assertEqual(caught.exception.waited, 0.05)
        with self.assertRaises(LockTimeoutError):
            lock.acquire(timeout=0.01)
        grant.release()
        with lock:
            pass

    def test_errors_are_of_one_family_and_pickle(self) -> None:
        errors = [
            LockTimeoutError("x", 1.5),
            LockBusyError("x"),
            LockReentryError("x"),
            LockReentryError("x", 5),
            LockDeadlockError("x", "held"),
            LockNotHeldError("x", "its token."),
            LockReleaseError("x", "EBADF"),
            LockFileError("x", "/x", errno.ENOSPC, "No space"),
            LockDirectoryError("/x", "why."),
        ]
        for error in errors:
            self.assertIsInstance(error, LockError)
            copy = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(copy), str(copy), vars(copy)), (type(error), str(error), vars(error)))

    def test_locks_pickle_and_grants_do_not(self) -> None:
        lock = pickle.loads(pickle.dumps(CombinedLock("pickle", handover=1)))
        self.assertEqual(repr(lock), "CombinedLock('pickle')")
        with lock as grant, self.assertRaises(TypeError):
            pickle.dumps(grant)
