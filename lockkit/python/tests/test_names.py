from __future__ import annotations

import asyncio
import json
import os
import stat
from pathlib import Path

from lockkit import CombinedLock, LockDirectoryError, LockFileError, LockNotHeldError, LockReleaseError

from .support import LockTestCase, internal, lock_path

VECTORS = Path(__file__).resolve().parent.parent.parent / "test" / "vectors.json"


class Names(LockTestCase):
    def test_file_names_are_those_of_the_vectors(self) -> None:
        names = json.loads(VECTORS.read_text())["names"]
        self.assertGreater(len(names), 10)
        for vector in names:
            self.assertEqual(internal("_names", "lock_file_name")(vector["name"]), vector["file"])

    def test_refuses_what_is_no_name(self) -> None:
        with self.assertRaises(ValueError):
            CombinedLock("half \ud83d")
        with self.assertRaises(TypeError):
            CombinedLock(42)  # type: ignore[arg-type]
        with self.assertRaises(ValueError):
            CombinedLock("x", handover=-1)
        with self.assertRaises(ValueError):
            CombinedLock("x").acquire(timeout=float("nan"))

    def test_the_file_is_private_and_stays(self) -> None:
        with CombinedLock("private"):
            pass
        status = os.stat(lock_path("private"))
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o600)
        self.assertEqual(status.st_size, 0)

    def test_the_bytes_of_ticket_and_token(self) -> None:
        lock = CombinedLock("bytes")
        with lock as grant:
            self.assertEqual(grant.token, 1)
            self.assertEqual(grant.token, 1)
        with open(lock_path("bytes"), "r+b") as file:
            self.assertEqual(file.read(), bytes(8) + b"\x01" + bytes(7))
            file.seek(8)
            file.write((2**40).to_bytes(8, "little"))
        with lock as grant:
            self.assertEqual(grant.token, 2**40 + 1)
        with lock as grant:
            pass
        with self.assertRaises(LockNotHeldError):
            grant.token  # pyright: ignore[reportUnusedExpression]


class Directories(LockTestCase):
    def test_is_made_private_with_those_on_the_way(self) -> None:
        os.environ["LOCKKIT_DIR"] = self.path("a/b/")
        before = os.umask(0)
        try:
            with CombinedLock("made"):
                pass
        finally:
            os.umask(before)
        for made in ("a", "a/b"):
            self.assertEqual(stat.S_IMODE(os.stat(self.path(made)).st_mode), 0o700)

    def test_is_made_again_when_it_was_removed(self) -> None:
        os.environ["LOCKKIT_DIR"] = self.path("again")
        with CombinedLock("first"):
            pass
        os.unlink(lock_path("first"))
        os.rmdir(self.path("again"))
        with CombinedLock("second"):
            self.assertTrue(os.path.exists(lock_path("second")))

    def test_the_default_is_of_the_user_and_of_no_other_variable(self) -> None:
        self.assertEqual(internal("_directory", "default_directory")(os.geteuid()), f"/tmp/lockkit-{os.geteuid()}")
        del os.environ["LOCKKIT_DIR"]
        self.assertIsNone(internal("_directory", "configured_directory")())

    def test_a_relative_one_is_refused(self) -> None:
        os.environ["LOCKKIT_DIR"] = "relative"
        with self.assertRaises(LockDirectoryError):
            CombinedLock("relative")

    def test_ones_that_cannot_be_trusted_are_refused(self) -> None:
        os.mkdir(self.path("open"))
        os.chmod(self.path("open"), 0o777)
        self.refuses("open", "others may write")
        os.symlink(self.directory, self.path("link"))
        self.refuses("link", "symbolic link")
        Path(self.path("file")).touch()
        self.refuses("file", "not a directory")

    def refuses(self, name: str, reason: str) -> None:
        os.environ["LOCKKIT_DIR"] = self.path(name)
        with self.assertRaisesRegex(LockDirectoryError, reason):
            CombinedLock("refused").acquire()

    def test_a_link_or_a_pipe_in_place_of_the_file_is_refused(self) -> None:
        victim = self.path("victim")
        Path(victim).write_text("precious")
        os.symlink(victim, lock_path("link"))
        with self.assertRaisesRegex(LockFileError, "symbolic link"):
            CombinedLock("link").acquire()
        self.assertEqual(Path(victim).read_text(), "precious")
        os.mkfifo(lock_path("pipe"))
        with self.assertRaisesRegex(LockFileError, "not a regular file"):
            CombinedLock("pipe").acquire()
        Path(lock_path("hard")).touch()
        os.link(lock_path("hard"), self.path("second name"))
        with self.assertRaisesRegex(LockFileError, "hard link"):
            CombinedLock("hard").acquire()
        with self.assertRaisesRegex(LockFileError, "hard link"):
            asyncio.run(CombinedLock("hard").acquire_async())

    def test_a_file_that_others_may_open_becomes_private(self) -> None:
        Path(lock_path("wide")).touch()
        os.chmod(lock_path("wide"), 0o666)
        with CombinedLock("wide"):
            self.assertEqual(stat.S_IMODE(os.stat(lock_path("wide")).st_mode), 0o600)

    def test_a_file_that_was_replaced_while_it_was_held_is_locked_anew(self) -> None:
        lock = CombinedLock("replaced")
        grant = lock.acquire()
        os.unlink(lock_path("replaced"))
        other = self.start("with CombinedLock('replaced'): say('held'); hear()")
        self.assertEqual(other.hear(), "held")
        self.assertTrue(grant.held and grant.lost)
        grant.release()
        self.assertFalse(grant.lost)
        self.assertIsNone(lock.try_acquire())
        other.tell()
        with lock.acquire(timeout=30):
            pass

    def test_a_descriptor_that_other_code_closed_is_not_used(self) -> None:
        lock = CombinedLock("closed")
        with lock:
            pass
        fd = descriptor_of("closed")
        os.close(fd)
        with open(self.path("other"), "w") as other:
            self.assertEqual(other.fileno(), fd)
            with lock:
                program = self.start("say(CombinedLock('closed').try_acquire())")
                self.assertEqual(program.rest(), "None")
            other.write("still open")

    def test_a_descriptor_that_was_closed_during_the_hold_is_told_at_the_release(self) -> None:
        lock = CombinedLock("closed early")
        grant = lock.acquire()
        os.close(descriptor_of("closed early"))
        with self.assertRaises(LockReleaseError):
            grant.release()
        with lock:
            pass


def descriptor_of(name: str) -> int:
    """The descriptor by which this process has the lock's file open."""
    inode = os.stat(lock_path(name)).st_ino
    (fd,) = (int(fd) for fd in os.listdir("/proc/self/fd") if _inode(fd) == inode)
    return fd


def _inode(fd: str) -> int:
    try:
        return os.stat(f"/proc/self/fd/{fd}").st_ino
    except FileNotFoundError:
        return -1  # what listed the folder
