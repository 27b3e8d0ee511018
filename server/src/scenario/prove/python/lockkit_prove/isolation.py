"""What keeps the driven program away from everything real: it reaches no server but the prover's own."""

import asyncio
import socket
import time

from .tracer import execution
from .words import cannot

REDIS_PORT = 6379
# Seconds that an execution sleeps at most: the schedule decides who runs when, and not the time.
LONGEST_SLEEP = 0.001


def keep_to_ourselves(redis_port):
    """redis_port: of the prover's own server, on the loopback interface; or None"""
    resolve = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **kwargs):
        if redis_port is not None and port in (REDIS_PORT, str(REDIS_PORT)):
            return resolve("127.0.0.1", redis_port, *args, **kwargs)
        return resolve(host, port, *args, **kwargs)

    def kept(connect):
        def connecting(self, address):
            family = (socket.AF_INET, socket.AF_INET6)
            if self.family in family and address[1] == REDIS_PORT and redis_port is not None:
                address = ("127.0.0.1", redis_port)
            is_ours = self.family in family and address[0] == "127.0.0.1" and address[1] == redis_port
            if not is_ours:
                where = "{}:{}".format(*address[:2]) if isinstance(address, tuple) else str(address)
                cannot(
                    "it connects to {}, which may be one of your real stores; the prover brings a Redis server "
                    "(port {}) and no other".format(where, REDIS_PORT)
                )
            return connect(self, address)

        return connecting

    socket.getaddrinfo = getaddrinfo
    socket.socket.connect = kept(socket.socket.connect)
    socket.socket.connect_ex = kept(socket.socket.connect_ex)


def shorten_sleeps():
    sleep, async_sleep = time.sleep, asyncio.sleep

    def shorter(seconds):
        return seconds if execution.get() is None else min(seconds, LONGEST_SLEEP)

    time.sleep = lambda seconds: sleep(shorter(seconds))
    asyncio.sleep = lambda delay, result=None, **kwargs: async_sleep(shorter(delay), result, **kwargs)
