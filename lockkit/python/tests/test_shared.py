from __future__ import annotations

import asyncio
import os
import threading

from lockkit import CombinedLock, Grant, LockHolder, LockReentryError

from .support import LockTestCase, Program, waits_in_kernel

READ = """
    with CombinedLock(sys.argv[1]).shared() as grant:
        say('reads')
        hear()
"""
WRITE = """
    with CombinedLock(sys.argv[1]):
        say('writes')
        hear()
"""


class Shared(LockTestCase):
    def hold(self, lock: CombinedLock) -> Grant:
        """As another thread would."""
        grants: list[Grant] = []
        thread = threading.Thread(target=lambda: grants.append(lock.acquire(timeout=60)))
        thread.start()
        thread.join()
        return grants[0]

    def ask(self, lock: CombinedLock, waiting: int) -> list[Grant]:
        """Queues in another thread; the list has the grant once there is one."""
        grants: list[Grant] = []
        threading.Thread(target=lambda: grants.append(lock.acquire(timeout=60))).start()
        self.wait_queued(lock.name, waiting)
        return grants

    def test_readers_hold_together_and_exclude_writers(self) -> None:
        lock = CombinedLock("readers")
        first, second = self.hold(lock.shared()), self.hold(lock.shared())
        self.assertEqual((first.mode, second.mode), ("shared", "shared"))
        self.assertIsNone(lock.try_acquire())
        third = lock.shared().try_acquire()
        assert third is not None
        first.release()
        third.release()
        self.assertIsNone(lock.try_acquire())
        second.release()
        with lock:
            self.assertIsNone(lock.shared().try_acquire())

    def test_no_reader_passes_a_writer_and_neighbours_go_in_together(self) -> None:
        lock = CombinedLock("order")
        reader = self.hold(lock.shared())
        writer = self.ask(lock, 1)
        self.assertIsNone(lock.shared().try_acquire())
        readers = [self.ask(lock.shared(), 2), self.ask(lock.shared(), 3)]
        last = self.ask(lock, 4)
        reader.release()
        self.eventually(lambda: writer, "the writer should be next")
        self.assertEqual((readers, last), ([[], []], []))
        writer[0].release()
        self.eventually(lambda: all(readers), "the readers should be next, together")
        self.assertEqual(last, [])
        for (grant,) in readers:
            grant.release()
        self.eventually(lambda: last, "the last writer should have its turn")
        last[0].release()

    def test_a_writer_that_gives_up_lets_readers_join(self) -> None:
        async def main() -> None:
            lock = CombinedLock("join")
            async with lock.shared():
                writer = asyncio.create_task(lock.acquire_async())
                await asyncio.sleep(0.01)
                reader = asyncio.create_task(lock.shared().acquire_async())
                await asyncio.sleep(0.01)
                self.assertFalse(reader.done())
                writer.cancel()
                (await reader).release()

        asyncio.run(main())

    def test_readers_of_processes_hold_together(self) -> None:
        lock = CombinedLock("processes")
        programs = [self.start(READ, "processes") for _ in range(2)]
        self.assertEqual([program.hear() for program in programs], ["reads", "reads"])
        with lock.shared():
            self.assertEqual(
                lock.query().elsewhere and {holder.pid for holder in lock.query().elsewhere or ()},
                {program.pid for program in programs},
            )
        self.assertIsNone(lock.try_acquire())
        for program in programs:
            program.tell()
        with lock.acquire(timeout=60):
            pass

    def test_processes_are_served_in_order(self) -> None:
        lock, programs = CombinedLock("order of processes"), list[Program]()
        with lock:
            for position, program in enumerate((READ, READ, WRITE, READ)):
                programs.append(self.start(program, lock.name))
                self.eventually(lambda: waits_in_kernel(lock.name) == position + 1, "the program should queue")
        self.assertEqual([program.hear() for program in programs[:2]], ["reads", "reads"])
        # The writer now waits for the lock, which its place in the chain came before, and the reader for the writer.
        self.eventually(lambda: waits_in_kernel(lock.name) == 2, "the others should still wait")
        for program in programs[:2]:
            program.tell()
        for program, words in zip(programs[2:], ("writes", "reads")):
            self.assertEqual(program.hear(), words)
            program.tell()

    def test_tokens_of_readers_differ(self) -> None:
        lock = CombinedLock("tokens")
        grants = [self.hold(lock.shared()) for _ in range(4)]
        tokens = [0] * 4

        def ask(number: int) -> None:
            tokens[number] = grants[number].token

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(tokens), [1, 2, 3, 4])

    def test_reentry_of_a_reader_is_an_error(self) -> None:
        lock = CombinedLock("reader")
        with lock.shared():
            for again in (lock, lock.shared()):
                with self.assertRaises(LockReentryError):
                    again.acquire()

    def test_modes_of_one_process_follow_each_other(self) -> None:
        lock, state = CombinedLock("invariant"), {"readers": 0, "writers": 0, "count": 0}
        errors: list[object] = []

        def work(number: int) -> None:
            for turn in range(30):
                shared = (number + turn) % 3 != 0
                kind = "readers" if shared else "writers"
                with lock.shared() if shared else lock:
                    if not shared:
                        state[kind] += 1
                    if (shared and state["writers"]) or (not shared and state["writers"] != 1):
                        errors.append(dict(state))
                    if not shared:
                        state["count"] += 1
                        state[kind] -= 1

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((errors, state["count"]), ([], 60))


class Query(LockTestCase):
    def test_says_who_holds_and_waits(self) -> None:
        async def main() -> None:
            lock = CombinedLock("query")
            self.assertEqual(lock.query().held, ())
            async with lock:
                task = asyncio.create_task(lock.shared().acquire_async(), name="reader")
                await asyncio.sleep(0)
                snapshot = lock.query()
                self.assertEqual([info.mode for info in snapshot.held + snapshot.pending], ["exclusive", "shared"])
                task.cancel()

        asyncio.run(main())

    def test_says_which_process_holds(self) -> None:
        program = self.start(WRITE, "elsewhere")
        program.hear()
        self.assertEqual(CombinedLock("elsewhere").query().elsewhere, (LockHolder(program.pid, "exclusive"),))
        self.assertNotIn(os.getpid(), [holder.pid for holder in CombinedLock("elsewhere").query().elsewhere or ()])
