from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, Coroutine

from lockkit import CombinedLock, LockReentryError, LockTimeoutError

from .support import LockTestCase


async def turn() -> None:
    """Lets every task that can run go on."""
    for _ in range(5):
        await asyncio.sleep(0)


class Tasks(LockTestCase):
    def run_async(self, main: Coroutine[Any, Any, None]) -> None:
        asyncio.run(asyncio.wait_for(main, 60))

    def test_excludes_tasks_of_several_loops_and_threads(self) -> None:
        lock = CombinedLock("count")
        count = 0

        async def task() -> None:
            nonlocal count
            for _ in range(20):
                async with lock:
                    value = count
                    await asyncio.sleep(0)
                    count = value + 1

        async def loop() -> None:
            await asyncio.gather(*(task() for _ in range(3)))

        def thread() -> None:
            nonlocal count
            for _ in range(20):
                with lock:
                    value = count
                    time.sleep(0.0001)
                    count = value + 1

        threads = [threading.Thread(target=lambda: asyncio.run(loop())) for _ in range(2)]
        threads += [threading.Thread(target=thread) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertEqual(count, 160)

    def test_serves_in_the_order_of_the_requests(self) -> None:
        async def main() -> None:
            lock, order = CombinedLock("order"), list[int]()

            async def task(number: int) -> None:
                async with lock:
                    order.append(number)

            async with lock:
                tasks = [asyncio.create_task(task(number)) for number in range(8)]
                await turn()
            await asyncio.gather(*tasks)
            self.assertEqual(order, list(range(8)))

        self.run_async(main())

    def test_the_loop_runs_while_a_thread_holds(self) -> None:
        async def main() -> None:
            lock, end = CombinedLock("runs"), threading.Event()
            held = threading.Event()

            def hold() -> None:
                with lock:
                    held.set()
                    end.wait()

            thread = threading.Thread(target=hold)
            thread.start()
            held.wait()
            waiting = asyncio.create_task(lock.acquire_async())
            for _ in range(10):
                await asyncio.sleep(0.001)
            self.assertFalse(waiting.done())
            end.set()
            (await waiting).release()
            thread.join()

        self.run_async(main())

    def test_a_cancelled_task_leaves_the_queue(self) -> None:
        async def main() -> None:
            lock = CombinedLock("cancelled")
            async with lock:
                gone = asyncio.create_task(lock.acquire_async())
                behind = asyncio.create_task(lock.acquire_async())
                await turn()
                gone.cancel()
                await turn()
                self.wait_queued("cancelled", 1)
                with self.assertRaises(asyncio.CancelledError):
                    await gone
            (await behind).release()

        self.run_async(main())

    def test_a_task_cancelled_during_the_hand_over_passes_the_lock_on(self) -> None:
        async def main() -> None:
            lock = CombinedLock("hand-over")
            grant = await lock.acquire_async()
            gone = asyncio.create_task(lock.acquire_async())
            behind = asyncio.create_task(lock.acquire_async())
            await turn()
            grant.release()  # `gone` is the holder from here on, and is not told before the loop's next turn
            gone.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await gone
            (await behind).release()

        self.run_async(main())

    def test_a_task_cancelled_after_the_hand_over_reached_its_loop_passes_the_lock_on(self) -> None:
        async def main() -> None:
            lock = CombinedLock("hand-over, later")
            grant = await lock.acquire_async()
            gone = asyncio.create_task(lock.acquire_async())
            await turn()
            grant.release()
            await asyncio.sleep(0)  # the future is done, and its task is about to go on
            gone.cancel()
            results = await asyncio.gather(gone, return_exceptions=True)
            if not isinstance(results[0], BaseException):
                results[0].release()
            (await lock.acquire_async(timeout=30)).release()

        self.run_async(main())

    def test_time_outs(self) -> None:
        async def main() -> None:
            lock = CombinedLock("late")
            async with lock:
                async def ask(timeout: float) -> None:
                    with self.assertRaises(LockTimeoutError):
                        await lock.acquire_async(timeout=timeout)

                await asyncio.gather(*(asyncio.create_task(ask(timeout)) for timeout in (0, 0.01)))
                self.wait_queued("late", 0)
            async with await lock.acquire_async(timeout=0) as grant:
                self.assertTrue(grant.held)

        self.run_async(main())

    def test_wait_for_leaves_the_queue(self) -> None:
        async def main() -> None:
            lock = CombinedLock("wait_for")

            async def ask() -> None:
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(lock.acquire_async(), 0.01)

            async with lock:
                await asyncio.create_task(ask())
                self.wait_queued("wait_for", 0)
            (await asyncio.wait_for(lock.acquire_async(), 30)).release()

        self.run_async(main())

    def test_a_loop_that_was_closed_does_not_keep_the_lock(self) -> None:
        program = self.start(
            """
            lock = CombinedLock('closed loop')
            loop = asyncio.new_event_loop()
            loop.set_exception_handler(lambda *_: None)  # the task is destroyed while it waits
            waiting = lock.acquire_async()
            with lock:
                task = loop.create_task(waiting)
                loop.run_until_complete(asyncio.sleep(0.01))
                loop.close()
            with lock.acquire(timeout=30): say('held', task.done())
            """
        )
        self.assertEqual(program.rest(), "held False")

    def test_an_acquire_awaited_at_once_by_one_task_is_a_likely_reentry(self) -> None:
        async def main() -> None:
            lock = CombinedLock("gather", reentry_patience=0.05)
            first = asyncio.create_task(lock.acquire_async())
            second = asyncio.create_task(lock.acquire_async())
            with self.assertRaises(LockReentryError) as caught:
                await second
            self.assertEqual(caught.exception.waited, 0.05)
            (await first).release()

        self.run_async(main())
