"""How this process speaks with the prover: lines of JSON on descriptor 3, a line on descriptor 4 when it may go on."""

import json
import os
import threading

TO_PROVER = 3
FROM_PROVER = 4

_speaking = threading.Lock()


def say(**message):
    line = (json.dumps(message) + "\n").encode()
    with _speaking:
        os.write(TO_PROVER, line)


def await_word():
    """Blocks until the prover writes a line; a prover that is gone ends this process."""
    if os.read(FROM_PROVER, 1) == b"":
        os._exit(1)


def cannot(message, missing=None):
    """The function cannot be called: says why, and ends the process."""
    say(kind="cannot", message=message, **({} if missing is None else {"missing": missing}))
    os._exit(0)
