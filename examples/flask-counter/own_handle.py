# uwsgi --http 127.0.0.1:8000 --wsgi-file own_handle.py --callable app --master --processes 4 --threads 4 --enable-threads --lazy-apps
import fcntl
import threading
import time

import redis
from flask import Flask

app = Flask(__name__)
store = redis.Redis()


class Work(threading.Thread):
    def run(self):
        for _ in range(100):
            with open("/tmp/flask-counter.lock", "w") as file:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX)
                count = int(store.get("lock-test"))
                time.sleep(0.03)
                store.set("lock-test", count + 1)


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
