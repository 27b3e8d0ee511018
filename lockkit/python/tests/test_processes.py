from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time

from lockkit import CombinedLock, LockTimeoutError

from .support import LockTestCase, Program, waits_in_kernel

COUNT = """
    name, file, threads, tasks, times = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
    lock = CombinedLock(name)
    def step():
        with open(file) as f: value = int(f.read())
        return value + 1
    def store(value):
        with open(file, 'w') as f: f.write(str(value))
    def thread():
        for _ in range(times):
            with lock:
                value = step(); time.sleep(0.0005); store(value)
    async def task():
        for _ in range(times):
            async with lock:
                value = step(); await asyncio.sleep(0.0005); store(value)
    async def loop(): await asyncio.gather(*(task() for _ in range(tasks)))
    all = [threading.Thread(target=thread) for _ in range(threads)] + [threading.Thread(target=lambda: asyncio.run(loop()))]
    for each in all: each.start()
    for each in all: each.join()
    say((threads + tasks) * times)
"""

HOLD = """
    with CombinedLock(sys.argv[1]) as grant:
        say('held', grant.token)
        hear()
    say('released')
    hear()
"""


class Processes(LockTestCase):
    def test_excludes_threads_and_tasks_of_processes(self) -> None:
        file = self.path("count")
        with open(file, "w") as f:
            f.write("0")
        programs = [self.start(COUNT, "count", file, "2", "2", "10") for _ in range(3)]
        for program in programs:
            self.assertEqual(program.rest(), "40")
        with open(file) as f:
            self.assertEqual(f.read(), "120")

    def test_waits_for_another_process(self) -> None:
        holder = self.start(HOLD, "elsewhere")
        self.assertEqual(holder.hear(), "held 1")
        lock = CombinedLock("elsewhere")
        self.assertIsNone(lock.try_acquire())
        with self.assertRaises(LockTimeoutError):
            lock.acquire(timeout=0.01)
        holder.tell()
        with lock as grant:
            self.assertEqual(grant.token, 2)

    def test_takes_the_lock_of_a_killed_process(self) -> None:
        holder = self.start(HOLD, "killed")
        holder.hear()
        threading.Timer(0.05, holder.process.kill).start()
        with CombinedLock("killed").acquire(timeout=30):
            pass

    def test_serves_processes_in_the_order_of_their_requests(self) -> None:
        lock = CombinedLock("order")
        waiting: list[Program] = []
        with lock as grant:
            grant.token
            for position in range(4):
                program = self.start(HOLD, "order")
                waiting.append(program)
                self.eventually(lambda: waits_in_kernel("order") == position + 1, "the program should queue")
        for position, program in enumerate(waiting):
            self.assertEqual(program.hear(), f"held {position + 2}")
            program.tell()

    def test_a_killed_waiter_does_not_break_the_order(self) -> None:
        with CombinedLock("dead waiter"):
            programs: list[Program] = []
            for position in range(4):
                programs.append(self.start(HOLD, "dead waiter"))
                self.eventually(lambda: waits_in_kernel("dead waiter") == position + 1, "the program should queue")
            programs[1].kill()
        for token, program in enumerate((programs[0], programs[2], programs[3]), 1):
            self.assertEqual(program.hear(), f"held {token}")
            program.tell()

    def test_who_gives_up_leaves_no_place_between_processes(self) -> None:
        holder = self.start(HOLD, "gave up")
        holder.hear()
        lock = CombinedLock("gave up")
        threads = threading.active_count()
        with self.assertRaises(LockTimeoutError):
            lock.acquire(timeout=0.05)
        self.eventually(lambda: waits_in_kernel("gave up") == 0, "the waiter thread should have been called back")
        self.assertLessEqual(threading.active_count(), threads)
        holder.tell()
        with lock.acquire(timeout=30):
            pass

    def test_ctrl_c_leaves_no_place(self) -> None:
        holder = self.start(HOLD, "interrupted")
        holder.hear()
        waiter = self.start(
            """
            try:
                with CombinedLock('interrupted'): say('held')
            except KeyboardInterrupt:
                say('interrupted')
            hear()
            with CombinedLock('interrupted').acquire(timeout=30): say('held')
            """
        )
        self.eventually(lambda: waits_in_kernel("interrupted") == 1, "the program should queue")
        os.kill(waiter.pid, signal.SIGINT)
        self.assertEqual(waiter.hear(), "interrupted")
        self.eventually(lambda: waits_in_kernel("interrupted") == 0, "the program should have left the queue")
        holder.tell()
        self.assertEqual(holder.hear(), "released")
        waiter.tell()
        self.assertEqual(waiter.rest(), "held")


class Forks(LockTestCase):
    def test_a_child_does_not_hold_what_its_parent_holds(self) -> None:
        program = self.start(
            """
            lock = CombinedLock('forked')
            with lock as grant:
                child = os.fork()
                if child == 0:
                    say('child', grant.held, lock.try_acquire())
                    grant.release()
                    say('child', lock.try_acquire())
                else:
                    hear()
            if child == 0:
                say('left')
                say('child', lock.acquire(timeout=30).held)
                os._exit(0)
            os.waitpid(child, 0)
            say('parent', lock.acquire(timeout=30).held)
            """
        )
        self.assertEqual([program.hear() for _ in range(3)], ["child False None", "child None", "left"])
        program.tell()
        self.assertEqual(program.rest().splitlines(), ["child True", "parent True"])

    def test_a_parent_still_holds_after_its_child_ended(self) -> None:
        lock = CombinedLock("parent")
        with lock:
            child = os.fork()
            if child == 0:
                os._exit(0)
            os.waitpid(child, 0)
            other = self.start("say(CombinedLock('parent').try_acquire())")
            self.assertEqual(other.rest(), "None")

    def test_a_child_that_lives_on_does_not_keep_the_lock_of_its_killed_parent(self) -> None:
        parent = self.start(
            """
            grant = CombinedLock('orphan').acquire()
            child = os.fork()
            if child == 0:
                sys.stdin.read()
                say('orphan')
                os._exit(0)
            say(child)
            hear()
            """
        )
        parent.hear()
        parent.process.kill()
        parent.process.wait()
        with CombinedLock("orphan").acquire(timeout=30):
            pass
        self.assertEqual(parent.process.communicate()[0], "orphan\n")

    def test_a_fork_while_other_threads_hold_and_wait(self) -> None:
        program = self.start(
            """
            lock = CombinedLock('busy')
            def work():
                for _ in range(50):
                    with lock: pass
            threads = [threading.Thread(target=work) for _ in range(3)]
            for thread in threads: thread.start()
            for number in range(8):
                child = os.fork()
                if child == 0:
                    with lock.acquire(timeout=30): pass
                    os._exit(0)
                _, status = os.waitpid(child, 0)
                if status: say('child', number, status)
            for thread in threads: thread.join()
            say('done')
            """
        )
        self.assertEqual(program.rest(), "done")

    def test_a_fork_in_c_without_the_hooks_of_python(self) -> None:
        program = self.start(
            """
            import ctypes
            lock = CombinedLock('c')
            with lock as grant:
                child = ctypes.PyDLL(None).fork()
                if child == 0:
                    say('child', grant.held, lock.try_acquire())
                    grant.release()
                    say('child', lock.try_acquire())
                    os._exit(0)
                os.waitpid(child, 0)
                say('parent', grant.held)
            say('parent', lock.acquire(timeout=30).held)
            """
        )
        expected = ["child False None", "child None", "parent True", "parent True"]
        self.assertEqual(program.rest().splitlines(), expected)

    def test_workers_of_multiprocessing(self) -> None:
        for context in (multiprocessing.get_context("fork"), multiprocessing.get_context("spawn")):
            method = context.get_start_method()
            with self.subTest(method):
                file = self.path(f"count-{method}")
                with open(file, "w") as f:
                    f.write("0")
                lock = CombinedLock(f"pool {method}")
                workers = [context.Process(target=count_up, args=(lock, file, 10)) for _ in range(3)]
                for worker in workers:
                    worker.start()
                for worker in workers:
                    worker.join()
                self.assertEqual([worker.exitcode for worker in workers], [0, 0, 0])
                with open(file) as f:
                    self.assertEqual(f.read(), "30")

    def test_prefork_workers_with_a_lock_that_was_made_and_used_before_the_fork(self) -> None:
        file = self.path("count")
        with open(file, "w") as f:
            f.write("0")
        lock = CombinedLock("prefork")
        with lock:
            pass
        children: list[int] = []
        for _ in range(4):
            child = os.fork()
            if child == 0:
                count_up(lock, file, 25)
                os._exit(0)
            children.append(child)
        for child in children:
            self.assertEqual(os.waitpid(child, 0)[1], 0)
        with open(file) as f:
            self.assertEqual(f.read(), "100")


def count_up(lock: CombinedLock, file: str, times: int) -> None:
    for _ in range(times):
        with lock:
            with open(file) as f:
                value = int(f.read())
            time.sleep(0.001)
            with open(file, "w") as f:
                f.write(str(value + 1))
