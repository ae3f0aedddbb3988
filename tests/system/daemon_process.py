"""The program under test: its configuration file, and its process from start to exit status."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

from cluster import setting
from stripe_events import SECRET, dump, signed_header
from wire import Connection, request_bytes

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60
PATH = "/stripe/webhook"
FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|WARNING: \w+Sanitizer|runtime error:|SUMMARY: \w+Sanitizer")

CATALOG = """
[catalog]
user_id_key = "user_id"
pack_key = "token_pack"
[[catalog.pack]]
id = "starter"
tokens = 100000
prices = { usd = 999, eur = 949 }
minimum = { usd = 499 }
[[catalog.pack]]
id = "vast"
tokens = 9000000000000000
prices = { usd = 1 }
[catalog.partners]
[[catalog.partners.pack]]
id = "starter"
tokens = 70000
prices = { usd = 999 }
"""


def endpoint(path=PATH, secrets=(SECRET,), livemode=True, **more):
    return {"path": path, "secrets": list(secrets), "livemode": livemode, **more}


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(value)


def write_config(directory, database_url, *, endpoints=None, webhook=None, database=None, log=None,
                 admin=None, operations=None, catalog=CATALOG, name="tokenledgerd.toml"):
    """Writes the file and one secret file per secret beside it; returns the file's path."""
    def section(header, values):
        return "\n".join([header, *(f"{key} = {toml(value)}" for key, value in values.items()), ""])

    parts = [section("[database]", {"url": database_url, **(database or {})}),
             section("[webhook]", {"listen": ["127.0.0.1:0"], **(webhook or {})}),
             section("[log]", log) if log else "",
             section("[operations]", operations) if operations else "",
             *(section("[[admin.listener]]", listener) for listener in admin or [])]
    for number, entry in enumerate(endpoints or [endpoint()]):
        files = []
        for index, secret in enumerate(entry["secrets"]):
            files.append(f"secret-{number}-{index}")
            path = os.path.join(directory, files[-1])
            with open(path, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as file:
                file.write(secret + "\n")
        parts.append(section("[[webhook.endpoint]]", {**entry, "secrets": files}))
    config = os.path.join(directory, name)
    with open(config, "w", encoding="utf-8") as file:
        file.write("\n".join([*parts, catalog]))
    return config


def run(*arguments, timeout=60, **options):
    """Runs the program to its end."""
    done = subprocess.run([setting("TOKENLEDGERD"), *arguments], capture_output=True, text=True,
                          timeout=timeout, check=False, **options)
    if SANITIZER.search(done.stderr):
        raise AssertionError(done.stderr)
    return done


def leak_options():
    """Options of LeakSanitizer, for a build with it; they suppress the leaks of libraries."""
    own = f"suppressions={os.path.join(os.path.dirname(os.path.abspath(__file__)), 'leaks.supp')}"
    return ":".join(filter(None, [os.environ.get("LSAN_OPTIONS"), own, "print_suppressions=0"]))


# As systemd does before exec: the sockets are descriptors 3 and up, and LISTEN_PID is the process itself.
HANDOVER = """
import fcntl, os, sys
names, descriptors = sys.argv[1].split(":"), [int(each) for each in sys.argv[2].split(":")]
above = [fcntl.fcntl(each, fcntl.F_DUPFD, 3 + len(names) + max(descriptors)) for each in descriptors]
for place, each in enumerate(above):
    os.dup2(each, 3 + place, inheritable=True)
    os.close(each)
for each in descriptors:
    if each >= 3 + len(names):
        os.close(each)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(names)), LISTEN_FDNAMES=":".join(names))
os.execv(sys.argv[3], sys.argv[3:])
"""


def handed_over(sockets):
    """The words to put before a command to hand it these sockets."""
    if not sockets:
        return []
    return [sys.executable, "-c", HANDOVER, ":".join(name for name, _ in sockets),
            ":".join(str(each.fileno()) for _, each in sockets)]


class Daemon:
    """A running `tokenledgerd serve`; `port` is the webhook's. `handed`: [(name, socket), ...] to hand over as
    systemd does."""

    def __init__(self, config, environment=None, wait=True, handed=()):
        self.lines = []
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            [*handed_over(handed), setting("TOKENLEDGERD"), "--config", config], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, pass_fds=[s.fileno() for _, s in handed],
            env={**os.environ, "LSAN_OPTIONS": leak_options(), **(environment or {})})
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._told_to_end = False
        self.port = None
        if wait:
            try:
                self.wait_until_listening()
            except BaseException:
                self.kill()
                raise

    def wait_until_listening(self):
        self.port = self.port_of("webhook")

    def port_of(self, listener):
        pattern = rf"\blistening\b.*listener={listener} address=127\.0\.0\.1:(\d+)"
        return int(re.search(pattern, self.wait_for_line(pattern, START_TIMEOUT_S)).group(1))

    def _read(self):
        for line in self.process.stderr:
            with self._news:
                self.lines.append(line.decode("utf-8", "backslashreplace").rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self.lines.append(None)  # the end
            self._news.notify_all()

    def log(self):
        with self._news:
            return [line for line in self.lines if line is not None]

    def wait_for_line(self, pattern, timeout=10, after=0):
        """Waits for the first line that matches, not counting the first `after` lines."""
        deadline, seen, matcher = time.monotonic() + timeout, after, re.compile(pattern)
        with self._news:
            while True:
                for line in self.lines[seen:]:
                    if line is not None and matcher.search(line):
                        return line
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if left <= 0 or (self.lines and self.lines[-1] is None):
                    text = "\n".join(line for line in self.lines[-30:] if line is not None)
                    raise AssertionError(f"no log line matches {pattern!r}; the last ones:\n{text}")
                self._news.wait(left)

    def events(self, event_id):
        """The `event` lines of this event, as dicts."""
        lines = [dict(FIELD.findall(line)) for line in self.log()]
        return [line for line in lines if line.get("event") == event_id]

    def connect(self, **options):
        return Connection(self.port, **options)

    def post(self, event, **options):
        """Posts an event on a connection of its own."""
        with self.connect() as connection:
            connection.send(signed_request(event, **options))
            return connection.read()

    def refuses_connections(self):
        try:
            self.connect(timeout=5).close()
        except OSError:
            return True
        return False

    def reload(self):
        """Sends SIGHUP; returns the log lines of the reload when it is done."""
        before = len(self.log())
        self.process.send_signal(signal.SIGHUP)
        self.wait_for_line(r"\breload(ed| refused)\b", after=before)
        return "\n".join(self.log()[before:])

    def terminate(self):
        """Sends SIGTERM, on the first call only."""
        if not self._told_to_end:
            self._told_to_end = True
            self.process.send_signal(signal.SIGTERM)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(10)
        self.process.stderr.close()

    def wait(self):
        """Waits for the end of the process and of its log; returns the exit status."""
        try:
            status = self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            tail = "\n".join(self.log()[-30:])
            raise AssertionError(f"still there {STOP_TIMEOUT_S} s after SIGTERM:\n{tail}") from None
        self._reader.join(10)
        self.process.stderr.close()
        return status

    def sanitizer_report(self):
        lines = self.log()
        for number, line in enumerate(lines):
            if SANITIZER.search(line):
                return "\n".join(lines[number:number + 60])
        return None


def signed_request(event, *, secrets=(SECRET,), path=PATH, timestamp=None, headers=(), **options):
    """The bytes of a POST as Stripe sends it. `event` is a dict, or the body's bytes."""
    body = event if isinstance(event, bytes) else dump(event)
    stripe = [("Content-Type", "application/json; charset=utf-8"), ("User-Agent", "Stripe/1.0"),
              ("Stripe-Signature", signed_header(body, *secrets, timestamp=timestamp))]
    return request_bytes(path, [*stripe, *headers], body, **options)
