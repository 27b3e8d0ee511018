from __future__ import annotations

import asyncio
import pickle
import threading

from lockkit import CombinedLock, LockBusyError, LockTimeoutError

from .support import LockTestCase


class Sets(LockTestCase):
    def test_takes_all_or_none(self) -> None:
        both = CombinedLock.all(["a", "b"])
        with both as grants:
            self.assertIsNone(CombinedLock("a").try_acquire())
            self.assertIsNone(CombinedLock("b").try_acquire())
            self.assertEqual((grants["a"].token, grants["b"].token, grants.held, grants.lost), (1, 1, True, False))
            with self.assertRaises(KeyError):
                grants["c"]
        program = self.start("with CombinedLock('b'): say('held'); hear()")
        program.hear()
        with self.assertRaises(LockTimeoutError) as caught:
            both.acquire(timeout=0.02)
        self.assertEqual((caught.exception.lock, caught.exception.timeout), ("b", 0.02))
        with self.assertRaises(LockBusyError):
            both.acquire(timeout=0)
        self.assertIsNone(both.try_acquire())
        with CombinedLock("a").acquire(timeout=0):
            pass

    def test_of_tasks(self) -> None:
        async def main() -> None:
            both = CombinedLock.all(["a", "b"])
            async with both as grants:
                self.assertTrue(grants.held)

                async def ask() -> None:
                    with self.assertRaises(LockTimeoutError):
                        await both.acquire_async(timeout=0.01)

                await asyncio.create_task(ask())
            async with await both.acquire_async():
                pass

        asyncio.run(main())

    def test_one_order_whatever_the_names_order(self) -> None:
        self.assertEqual(CombinedLock.all(["b", "a", "b"]).names, CombinedLock.all(["a", "b"]).names)
        count = 0

        def work(names: list[str]) -> None:
            nonlocal count
            for _ in range(20):
                with CombinedLock.all(names):
                    count += 1

        orders = (["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"])
        threads = [threading.Thread(target=work, args=(names,)) for names in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(count, 60)

    def test_a_name_is_taken_exclusively_if_one_of_its_locks_is(self) -> None:
        lock = CombinedLock("twice")
        for locks in ([lock, lock.shared()], [lock.shared(), lock]):
            with CombinedLock.all(locks) as grants:
                self.assertEqual([grant.mode for grant in grants.grants], ["exclusive"])
        with CombinedLock.all([lock.shared(), "other"]) as grants:
            self.assertEqual(grants["twice"].mode, "shared")

    def test_pickles(self) -> None:
        with pickle.loads(pickle.dumps(CombinedLock.all(["a", "b"]))) as grants:
            self.assertTrue(grants.held)
