from __future__ import annotations

from .support import LockTestCase


class Signals(LockTestCase):
    def test_handlers_that_raise_anywhere_leave_neither_a_place_nor_the_lock(self) -> None:
        """The interruptions come at any step of taking, waiting for and giving back the lock, in the main thread."""
        program = self.start(
            """
            import random, signal
            class Interruption(Exception): pass
            def handler(*_):
                if armed: raise Interruption
            armed = False
            signal.signal(signal.SIGALRM, handler)
            lock = CombinedLock('storm')
            stop = threading.Event()
            def other():
                while not stop.is_set():
                    with lock: time.sleep(0.0002)
                    time.sleep(0.0002)
            threads = [threading.Thread(target=other) for _ in range(2)]
            for thread in threads: thread.start()
            interrupted = held = 0
            while interrupted < 300:
                grant = None
                try:
                    armed = True
                    signal.setitimer(signal.ITIMER_REAL, random.uniform(0.00002, 0.002))
                    while True:
                        grant = lock.acquire()
                        held += 1
                        grant.release()
                        grant = None
                except Interruption:
                    armed = False
                    interrupted += 1
                if grant is not None: grant.release()
                # A grant that was on its way to `grant` when the interruption came is lost to the program, as with any lock.
                for request in queues().requests_at(lock.path)[0]:
                    if request.owner is this_thread(): queues().retire(request)
                with lock.acquire(timeout=60): pass
            stop.set()
            for thread in threads: thread.join()
            say(held > 0, lock.query().held, lock.query().pending)
            """
        )
        self.assertEqual(program.rest(), "True () ()")
