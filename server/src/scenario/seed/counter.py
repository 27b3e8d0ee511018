"""A web counter: every request starts a thread that reads a number from Redis, waits, and writes it back plus one.

The lock around it is chosen by LOCKKIT_SEED_LOCK. Beside the number it counts, by Redis's own atomic increments, how many
updates each process has made, so that what is lost can be told from what was never done.
"""

import fcntl
import multiprocessing
import os
import threading
import time

import redis
from flask import Flask, jsonify

app = Flask(__name__)
store = redis.Redis(unix_socket_path=os.environ["LOCKKIT_SEED_REDIS"])
UPDATES = int(os.environ["LOCKKIT_SEED_UPDATES"])
WINDOW = float(os.environ["LOCKKIT_SEED_WINDOW"])
LOCK_FILE = os.environ["LOCKKIT_SEED_FILE"]
# A request that is answered at once would leave the other workers without any.
PAUSE = 0.15


class NoLock:
    def require(self):
        pass

    def release(self):
        pass


class StandardLock:
    """A lock of the standard library, made when the worker loads this file."""

    def __init__(self, lock):
        self.require = lock.acquire
        self.release = lock.release


class FileLock:
    """The file lock as it was posted: the open file is kept in a field that all threads share."""

    def require(self):
        self.file = open(LOCK_FILE, "w")
        fcntl.flock(self.file.fileno(), fcntl.LOCK_EX)

    def release(self):
        self.file.close()


class FileLockKeepingHandles(FileLock):
    """The same, but a file that was overwritten in the field lives on, as it does where nothing counts references."""

    kept = []

    def require(self):
        self.file = open(LOCK_FILE, "w")
        self.kept.append(self.file)
        fcntl.flock(self.file.fileno(), fcntl.LOCK_EX)


class FileLockOwnHandle:
    """A file opened anew for each acquire, and kept where no other thread sees it."""

    own = threading.local()

    def require(self):
        self.own.file = open(LOCK_FILE, "w")
        fcntl.flock(self.own.file.fileno(), fcntl.LOCK_EX)

    def release(self):
        self.own.file.close()


class ThreadThenFileLock(FileLock):
    """The post's cure: a thread lock in front of the file lock."""

    def __init__(self):
        self.thread_lock = threading.Lock()

    def require(self):
        self.thread_lock.acquire()
        super().require()

    def release(self):
        super().release()
        self.thread_lock.release()


def lockkit_lock():
    from lockkit import CombinedLock

    class Lockkit:
        lock = CombinedLock("lock-test")
        own = threading.local()

        def require(self):
            self.own.grant = self.lock.acquire()

        def release(self):
            self.own.grant.release()

    return Lockkit()


LOCKS = {
    "none": NoLock,
    "threading": lambda: StandardLock(threading.Lock()),
    "multiprocessing": lambda: StandardLock(multiprocessing.Lock()),
    "flock-posted": FileLock,
    "flock-kept": FileLockKeepingHandles,
    "flock-own": FileLockOwnHandle,
    "combined-posted": ThreadThenFileLock,
    "lockkit": lockkit_lock,
}
mutex = LOCKS[os.environ["LOCKKIT_SEED_LOCK"]]()


class Work(threading.Thread):
    def run(self):
        for _ in range(UPDATES):
            try:
                mutex.require()
                count = int(store.get("lock-test"))
                time.sleep(WINDOW)
                store.set("lock-test", count + 1)
                store.hincrby("updates", str(os.getpid()), 1)
                mutex.release()
            except Exception as error:  # A lock that breaks breaks this update, not the ones after it.
                store.rpush("errors", repr(error))
        store.incr("finished")


@app.route("/run")
def run():
    Work(daemon=True).start()
    time.sleep(PAUSE)
    return jsonify(process=os.getpid(), thread=threading.get_ident())
