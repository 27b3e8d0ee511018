"""`python3 parse.py LIST`: CPython's own parser over the files that the JSON file LIST names, as a yardstick.

Writes what it has cost to the file that LOCKKIT_BENCH_COST names, as `cost.mjs` does.
"""

import ast
import json
import os
import resource
import sys
import time

BEGAN = time.monotonic()


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as stream:
        files = json.load(stream)
    for file in files:
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
        try:
            ast.parse(text)
        except SyntaxError:
            # Some files are wrong on purpose; reading them has cost its time.
            pass
    usage = resource.getrusage(resource.RUSAGE_SELF)
    with open(os.environ["LOCKKIT_BENCH_COST"], "w", encoding="utf-8") as stream:
        cost = {
            "wallMs": (time.monotonic() - BEGAN) * 1000,
            "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
            "peakMb": usage.ru_maxrss / 1024,
        }
        json.dump(cost, stream)


main()
