from __future__ import annotations

import threading
import time

from lockkit import CombinedLock, LockTimeoutError

from .support import LockTestCase


class Threads(LockTestCase):
    def test_excludes_threads(self) -> None:
        lock = CombinedLock("count")
        count = 0

        def work() -> None:
            nonlocal count
            for _ in range(50):
                with lock:
                    value = count
                    time.sleep(0.0001)
                    count = value + 1

        run_all([threading.Thread(target=work) for _ in range(4)])
        self.assertEqual(count, 200)

    def test_excludes_by_name_not_by_object(self) -> None:
        with CombinedLock("same"):
            thread = Holder(CombinedLock("same"))
            self.wait_queued("same", 1)
            self.assertFalse(thread.held.is_set())
            self.assertTrue(Holder(CombinedLock("other")).finish())
        self.assertTrue(thread.finish())

    def test_serves_in_the_order_of_the_requests(self) -> None:
        order: list[int] = []

        def work(number: int) -> None:
            with CombinedLock("order"):
                order.append(number)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        with CombinedLock("order"):
            for waiting, thread in enumerate(threads, 1):
                thread.start()
                self.wait_queued("order", waiting)
        for thread in threads:
            thread.join()
        self.assertEqual(order, list(range(8)))

    def test_a_request_whose_time_is_up_has_left_the_queue(self) -> None:
        lock = CombinedLock("late")
        with lock:
            thread = Asker(lambda: lock.acquire(timeout=0.01))
            thread.join()
            self.assertIsInstance(thread.error, LockTimeoutError)
            self.assertIsInstance(thread.error, TimeoutError)
            self.assertEqual(thread.error and str(thread.error).split(":")[0], 'Lock "late" was not granted within 0.01 s')
            self.wait_queued("late", 0)
            behind = Holder(lock)
            self.wait_queued("late", 1)
        self.assertTrue(behind.finish())

    def test_does_not_wait_with_timeout_0_or_try_acquire(self) -> None:
        lock = CombinedLock("now")
        with lock:
            thread = Asker(lambda: lock.acquire(timeout=0))
            thread.join()
            self.assertIsInstance(thread.error, LockTimeoutError)
            self.assertIsNone(lock.try_acquire())
        with lock.acquire(timeout=0) as grant:
            self.assertTrue(grant.held)
        grant = lock.try_acquire()
        assert grant is not None
        with grant:
            self.assertTrue(grant.held)

    def test_try_acquire_does_not_overtake_who_waits(self) -> None:
        lock = CombinedLock("overtake")
        with lock:
            holder = Holder(lock)
            self.wait_queued("overtake", 1)
        self.assertTrue(holder.held.wait(10))
        self.assertIsNone(lock.try_acquire())
        self.assertTrue(holder.finish())

    def test_another_thread_may_release(self) -> None:
        lock = CombinedLock("handed on")
        grant = lock.acquire()
        thread = threading.Thread(target=grant.release)
        thread.start()
        thread.join()
        self.assertFalse(grant.held)
        grant.release()
        with lock:
            pass

    def test_a_block_that_released_early_does_not_release_the_next_holder(self) -> None:
        lock = CombinedLock("early")
        with lock as grant:
            grant.release()
            other = Holder(lock)
            self.assertTrue(other.held.wait(10))
        self.assertIsNone(lock.try_acquire())
        self.assertTrue(other.finish())

    def test_a_block_may_end_in_another_thread(self) -> None:
        lock = CombinedLock("fixture")

        def fixture():
            with lock:
                yield

        generator = fixture()
        next(generator)
        run_all([threading.Thread(target=lambda: next(generator, None))])
        with lock:
            pass

    def test_an_error_in_the_block_releases(self) -> None:
        lock = CombinedLock("error")
        with self.assertRaises(ZeroDivisionError), lock:
            raise ZeroDivisionError
        with lock:
            pass


class Asker(threading.Thread):
    """A thread that calls something, and keeps its error."""

    def __init__(self, call: object) -> None:
        super().__init__(daemon=True)
        self.call = call
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            assert callable(self.call)
            self.call()
        except BaseException as error:
            self.error = error


class Holder:
    """A thread that takes a lock and holds it until `finish`."""

    def __init__(self, lock: CombinedLock) -> None:
        self.held = threading.Event()
        self._release = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(lock,), daemon=True)
        self._thread.start()

    def _run(self, lock: CombinedLock) -> None:
        with lock:
            self.held.set()
            self._release.wait()

    def finish(self) -> bool:
        self._release.set()
        self._thread.join(30)
        return self.held.is_set()


def run_all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
