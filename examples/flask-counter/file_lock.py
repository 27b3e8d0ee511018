# uwsgi --http 127.0.0.1:8000 --wsgi-file file_lock.py --callable app --master --processes 4 --threads 4 --enable-threads --lazy-apps
import fcntl
import threading
import time

import redis
from flask import Flask

app = Flask(__name__)
store = redis.Redis()


class FLock:
    def __init__(self, path):
        self.path = path

    def require(self):
        self.fn = open(self.path, "w")
        fcntl.flock(self.fn.fileno(), fcntl.LOCK_EX)

    def release(self):
        self.fn.close()


mutex = FLock("/tmp/flask-counter.lock")


class Work(threading.Thread):
    def run(self):
        for _ in range(100):
            mutex.require()
            count = int(store.get("lock-test"))
            time.sleep(0.03)
            store.set("lock-test", count + 1)
            mutex.release()


@app.route("/run")
def run():
    Work().start()
    return "started"


@app.route("/total")
def total():
    return str(store.get("lock-test"))


@app.route("/clear")
def clear():
    store.set("lock-test", 0)
    return "cleared"
