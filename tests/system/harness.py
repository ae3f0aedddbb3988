"""The base of every system test: databases, daemons, and assertions about answers and rows."""

import atexit
import shutil
import tempfile
import threading
import time
import unittest

import ledger_rows
from cluster import Database
from daemon_process import Daemon, run, write_config
from stripe_events import purchase

UNTIL_TIMEOUT_S = 60
_template = None


def migrated_template():
    """The name of a database with the schema; `tokenledgerd migrate` creates it on the first call."""
    global _template
    if _template is None:
        database = Database()
        atexit.register(database.drop)
        with tempfile.TemporaryDirectory(prefix="tokenledger-") as directory:
            done = run("migrate", "--config", write_config(directory, database.url))
        if done.returncode != 0:
            raise RuntimeError(f"tokenledgerd migrate: {done.returncode}\n{done.stdout}{done.stderr}")
        _template = database
    return _template.name


class SystemTest(unittest.TestCase):
    """A test starts its own daemon on its own database; both are gone when it ends."""

    maxDiff = 4000

    def new_directory(self):
        directory = tempfile.mkdtemp(prefix="tokenledger-")
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        return directory

    def new_database(self, migrated=True):
        database = Database(migrated_template()) if migrated else Database()
        self.addCleanup(database.drop)
        return database

    def start(self, on=None, *, environment=None, handed=(), **config):
        """Starts a daemon, `on` a database or on one of its own; `config` goes to write_config."""
        self.database = on or self.new_database()
        self.config = write_config(self.new_directory(), self.database.url, **config)
        daemon = Daemon(self.config, environment, handed=handed)
        self.addCleanup(self.stop, daemon)
        return daemon

    def rewrite_config(self, old, new):
        """Replaces text in the configuration file; fails if it is not there."""
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))

    def stop(self, daemon):
        """Sends SIGTERM; expects exit status 0 and no sanitizer report. A second call does nothing."""
        if daemon.process.stderr.closed:
            return
        daemon.terminate()
        status = daemon.wait()
        report = daemon.sanitizer_report()
        if report:
            self.fail(report)
        self.assertEqual(status, 0, "exit status; the last log lines:\n" + "\n".join(daemon.log()[-20:]))

    def until(self, condition, what):
        """Polls a condition that sends no signal to wait for, for at most UNTIL_TIMEOUT_S."""
        deadline = time.monotonic() + UNTIL_TIMEOUT_S
        while time.monotonic() < deadline:
            if condition():
                return
            threading.Event().wait(0.02)
        self.fail(f"never came true: {what}")

    def assert_alive(self, daemon):
        """The daemon still runs and applies a purchase."""
        self.assertIsNone(daemon.process.poll(), "the daemon is gone")
        event = purchase()
        self.assert_reply(daemon.post(event), 200, "applied", event)

    def assert_reply(self, response, status, result, event=None, reason=None):
        """Status, content type, and exactly this JSON. `event`: a dict, an id, or None for none."""
        expected = {"result": result}
        if event is not None:
            expected["event"] = event["id"] if isinstance(event, dict) else event
        if reason is not None:
            expected["reason"] = reason
        self.assertEqual((response.status, response.json()), (status, expected))
        self.assert_form(response)

    def assert_form(self, response):
        """The headers that every answer of the webhook must have or lack."""
        self.assertEqual(response.header("Content-Type"), "application/json")
        self.assertIsNone(response.header("Location"))
        retry = response.header("Retry-After")
        if response.status == 503:
            self.assertRegex(retry or "", r"^[1-9][0-9]*$", "Retry-After")
        else:
            self.assertIsNone(retry)

    def assert_stored(self, event, result, reason=None, evidence=False):
        """There is one row of this event, with this outcome, and with or without evidence."""
        row = ledger_rows.events(self.database).get(event["id"])
        self.assertIsNotNone(row, f"{event['id']} is not stored")
        self.assertEqual((row["result"], row["reason"] or None, ledger_rows.has_evidence(row)),
                         (result, reason, evidence))
        return row

    def assert_no_transactions(self):
        self.assertEqual(ledger_rows.transactions(self.database), [])

    def assert_nothing_stored(self):
        self.assertEqual(ledger_rows.events(self.database), {})
        self.assert_no_transactions()

    def assert_sound(self):
        self.assertEqual(ledger_rows.faults(self.database), [])
