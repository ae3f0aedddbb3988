"""Helpers that run in the booted container as root: systemctl, psql, other users, requests."""

import json
import pathlib
import pwd
import socket
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from stripe_events import SECRET, dump, purchase, signed_header  # noqa: E402
from wire import Connection, NoAnswer, request_bytes  # noqa: E402

SERVICE = "tokenledgerd.service"
SOCKETS = ("tokenledgerd.socket", "tokenledgerd-admin.socket", "tokenledgerd-operations.socket")
CONFIGURATION = pathlib.Path("/etc/tokenledger/tokenledgerd.toml")
SECRET_FILE = pathlib.Path("/etc/tokenledger/credentials/stripe-webhook-secret")
ADMIN_SOCKET = "/run/tokenledger/admin.sock"
WEBHOOK_PORT = 8787
OPERATIONS_PORT = 9464
# The watchdog takes 30 s, and as long again until a process that ignores SIGABRT is killed.
RECOVERY_S = 100


def run(*command, check=True, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180,
                          check=False, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} exits {done.returncode}: {done.stdout}")
    return done


def shell(text):
    """Runs shell lines, as docs/operations.md has them."""
    return run("bash", "-euo", "pipefail", "-c", text).stdout


def systemctl(*arguments, check=True):
    return run("systemctl", "--no-pager", *arguments, check=check)


def state(unit, name="ActiveState"):
    return systemctl("show", "-P", name, unit).stdout.strip()


def main_pid():
    return int(state(SERVICE, "MainPID"))


def sql(statement, database="tokenledger"):
    """The output of a statement, run as the superuser."""
    return run("runuser", "-u", "postgres", "--", "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database,
               "-c", statement).stdout.strip()


def as_user(name, *command):
    return run("runuser", "-u", name, "--", *command, check=False)


def add_user(name, *groups):
    """The uid of a user with these groups, who is created if missing."""
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        run("useradd", "--no-create-home", *(["-G", ",".join(groups)] if groups else []), name)
        return pwd.getpwnam(name).pw_uid


def eventually(condition, what, seconds=RECOVERY_S):
    """Polls for something that another process does, which sends no signal to wait for."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s still not: {what}\n{journal()}")
        time.sleep(0.05)


def journal(lines=40):
    return run("journalctl", "--no-pager", "-n", str(lines), "-u", "tokenledgerd*", check=False).stdout


def request_of(event, close=True):
    body = dump(event)
    headers = [("Stripe-Signature", signed_header(body, SECRET)), ("Content-Type", "application/json")]
    return request_bytes(headers=[*headers, *([("Connection", "close")] if close else [])], body=body)


def post(event, timeout=RECOVERY_S):
    """Status and result of one delivery on a connection of its own."""
    with Connection(WEBHOOK_PORT, timeout=timeout) as connection:
        connection.send(request_of(event))
        answer = connection.read()
        return answer.status, answer.json()["result"]


def admin(user, target, body=None, key=None):
    """curl as that user: its exit status, the HTTP status and the answer."""
    arguments = ["curl", "-sS", "--unix-socket", ADMIN_SOCKET, "-w", "\n%{http_code}", f"http://localhost{target}"]
    if body is not None:
        arguments += ["-H", f"Idempotency-Key: {key}", "-d", json.dumps(body)]
    done = as_user(user, *arguments)
    text, _, status = done.stdout.rpartition("\n")
    return done.returncode, status, text


def listens(port):
    with socket.socket() as attempt:
        attempt.settimeout(5)
        return attempt.connect_ex(("127.0.0.1", port)) == 0


class Deliveries:
    """Posts purchases from several threads until the context ends, each once and on its own connection."""

    def __init__(self, threads=4):
        self.answers = []   # (status, result)
        self.unanswered = []
        self._changed = threading.Condition()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        self.wait_for_more(20)
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join(RECOVERY_S)

    def wait_for_more(self, count):
        """Waits until so many more have been answered, and so until earlier changes have taken effect."""
        with self._changed:
            goal = len(self.answers) + count
            if not self._changed.wait_for(lambda: len(self.answers) >= goal, RECOVERY_S):
                raise AssertionError(f"no answers any more\n{journal()}")

    def _work(self):
        while not self._over.is_set():
            try:
                answer = post(purchase("user_load"))
            except (OSError, NoAnswer) as error:
                answer = None
                self.unanswered.append(repr(error))
            with self._changed:
                if answer:
                    self.answers.append(answer)
                self._changed.notify_all()
            self._over.wait(0.005)


class MachineTest(unittest.TestCase):
    maxDiff = None

    def assert_all_taken(self, deliveries):
        others = [answer for answer in deliveries.answers if answer != (200, "applied")]
        print(f"    {len(deliveries.answers)} answered, {len(deliveries.unanswered)} not, "
              f"{len(others)} otherwise than 200 applied")
        self.assertEqual((deliveries.unanswered, others), ([], []))

    def assert_no_unit_failed(self):
        self.assertEqual(systemctl("--failed", "--plain", "--no-legend").stdout.strip(), "")


def open_for_business():
    """Runs the lines of docs/operations.md under "Install", once: database, packs, secret. Starts nothing."""
    if SECRET_FILE.exists():
        return
    shell("""
runuser -u postgres -- createdb tokenledger
runuser -u postgres -- psql -X -v ON_ERROR_STOP=1 -1 -q -d tokenledger -f /usr/share/tokenledger/roles.sql
version=$(ls /etc/postgresql)
cat >>/etc/postgresql/$version/main/pg_ident.conf <<'END'
tokenledger  tokenledger        tokenledger_daemon
tokenledger  tokenledger-owner  tokenledger_owner
tokenledger  tokenledger-owner  tokenledger_daemon
END
sed -i '1i local  all  tokenledger_daemon,tokenledger_owner  peer map=tokenledger' \
    /etc/postgresql/$version/main/pg_hba.conf
systemctl reload postgresql
sed -i 's/"example-/"/' /etc/tokenledger/tokenledgerd.toml
""")
    run("install", "-m", "600", "/dev/stdin", str(SECRET_FILE), input=SECRET + "\n")
