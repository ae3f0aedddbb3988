"""`tokenledgerd archive-usage`, `redact-evidence` and `retire-ignored-events`: files, exit statuses, and the rows that
stay."""

import hashlib
import json
import os
import pathlib
import pty
import subprocess
import unittest

import ledger_rows
from cluster import setting
from daemon_process import run, write_config
from harness import SystemTest
from stripe_events import event, payment_intent, purchase

DONE, REFUSED, BAD_USAGE, UNAVAILABLE, BAD_CONFIG = 0, 1, 2, 69, 78
PLAN = ("{}, received from 2025-06-01T12:00:00Z to 2025-06-01T12:00:00Z, will have a hash where their bytes and their "
        "signature header are now. This cannot be undone.\n")
OPERATIONS = """
    INSERT INTO tokenledger.token_usage (user_id, request_id, action_type, tokens_used, cost_estimate, created_at)
    SELECT 'user_' || n % 3, 'req_' || n, 'chat', n, n / 1000.0, timestamptz '2026-01-01 00:00Z' + n * interval '1 min'
      FROM generate_series(1, {count}) n;
    INSERT INTO tokenledger.idempotency_keys (scope, key, command_hash, actor)
    SELECT 'usage', 'req_' || n, sha256('x'), 1000 FROM generate_series(1, {count}) n
"""


def at_terminal(command, typed):
    """The output of the command at a terminal, and its exit status."""
    try:
        ours, theirs = pty.openpty()
    except OSError as why:
        raise unittest.SkipTest(f"no terminal can be made here: {why}") from None
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, typed)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # the other side is closed
            pass
    os.close(ours)
    return shown.decode(), process.returncode


class Keeping(SystemTest):
    def setUp(self):
        self.directory = pathlib.Path(self.new_directory())
        self.database = self.new_database()
        self.config = write_config(self.directory, self.database.url)

    def assert_status(self, done, status):
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)

    def assert_books_are_clean(self):
        self.assert_status(run("verify", "--config", self.config, "--evidence"), DONE)


class ArchiveUsage(Keeping):
    def setUp(self):
        super().setUp()
        self.database.sql(OPERATIONS.format(count=3000))
        self.file = self.directory / "usage.jsonl"

    def archive(self, before="2026-01-02", file=None):
        return run("archive-usage", "--config", self.config, "--before", before, "--to", str(file or self.file))

    def left(self):
        return int(self.database.sql("SELECT count(*) FROM tokenledger.token_usage"))

    def test_archived_operations_are_in_the_file_and_the_books_stay_clean(self):
        done = self.archive()
        self.assert_status(done, DONE)
        self.assertEqual(done.stdout, f"{self.file}: 1439 operations, 0 of them charged 0 tokens\n")
        self.assertEqual(self.left(), 3000 - 1439)
        lines = [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]
        self.assertEqual([line["request_id"] for line in lines], [f"req_{n}" for n in range(1, 1440)])
        self.assertEqual(lines[0], {
            "user_id": "user_1", "request_id": "req_1", "action_type": "chat", "model_used": None,
            "tokens_used": 1, "input_tokens": None, "output_tokens": None,
            "cost_estimate": "0.00100000000000000000", "charged_tokens": 0, "deduction_sequence": None,
            "actor": None, "created_at": "2026-01-01T00:01:00.000000Z", "cached_input_tokens": None,
            "reasoning_tokens": None, "member": None, "occurred_at": None, "uncovered_tokens": None, "metadata": None})
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.database.sql("SELECT encode(file_sha256, 'hex') FROM tokenledger.usage_archives"),
                         hashlib.sha256(self.file.read_bytes()).hexdigest())
        self.assertEqual(sorted(os.listdir(self.directory)), ["secret-0-0", "tokenledgerd.toml", "usage.jsonl"])
        self.assert_books_are_clean()

        second = self.directory / "usage-2.jsonl"
        self.assert_status(self.archive("2026-01-02T12:00:00.5Z", second), DONE)
        self.assertEqual(json.loads(second.read_text(encoding="utf-8").splitlines()[-1])["request_id"], "req_2160")
        self.assert_books_are_clean()

    def test_a_file_named_zst_is_compressed(self):
        plain, packed = self.file, self.directory / "usage.jsonl.zst"
        self.assert_status(self.archive(file=packed), DONE)
        if subprocess.run(["sh", "-c", "command -v zstd"], capture_output=True, check=False).returncode != 0:
            self.skipTest("zstd is not installed")
        text = subprocess.run(["zstd", "-dc", packed], capture_output=True, check=True).stdout
        self.assertEqual(len(text.splitlines()), 1439)
        self.assertLess(packed.stat().st_size, len(text) / 4)
        self.assertEqual(self.database.sql("SELECT encode(file_sha256, 'hex') FROM tokenledger.usage_archives"),
                         hashlib.sha256(packed.read_bytes()).hexdigest())
        self.assertFalse(plain.exists())

    def test_no_file_is_written_if_no_operation_is_old_enough(self):
        done = self.archive("2025-12-31")
        self.assert_status(done, DONE)
        self.assertIn("no operation is that old", done.stdout)
        self.assertFalse(self.file.exists())

    def test_an_existing_file_is_not_overwritten_and_the_error_says_whether_it_is_an_archive(self):
        self.file.write_text("precious", encoding="utf-8")
        done = self.archive()
        self.assert_status(done, REFUSED)
        self.assertIn("no archive of this database", done.stderr)
        self.assertEqual(self.file.read_text(encoding="utf-8"), "precious")
        self.assertEqual(self.left(), 3000)
        self.file.unlink()
        self.assert_status(self.archive(), DONE)
        done = self.archive("2026-01-03")
        self.assert_status(done, REFUSED)
        self.assertIn("it is an archive", done.stderr)

    def test_a_commit_that_fails_leaves_the_rows_and_no_file(self):
        self.database.sql("""
            CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
            CREATE CONSTRAINT TRIGGER no AFTER INSERT ON tokenledger.usage_archives
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.no()""")
        self.assert_status(self.archive(), UNAVAILABLE)
        self.assertEqual(self.left(), 3000)
        self.assertFalse(self.file.exists())
        self.assert_books_are_clean()

    def test_an_archive_that_is_killed_before_its_commit_can_be_run_again(self):
        # The command waits in its COMMIT, when the file is durable, and is killed there.
        self.database.sql("""
            CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON tokenledger.usage_archives
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.wait()""")
        waiting = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                   "AND wait_event = 'advisory'")
        holder = subprocess.Popen(["psql", "-X", "-A", "-t", "-q", "-d", self.database.url], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        holder.stdin.write("SELECT pg_advisory_lock(4711);\n\\echo held\n")
        holder.stdin.flush()
        while holder.stdout.readline() != "held\n":
            pass
        command = [setting("TOKENLEDGERD"), "archive-usage", "--config", self.config, "--before", "2026-01-02",
                   "--to", str(self.file)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as archive:
            holder.stdin.write(f"DO $$ BEGIN WHILE ({waiting}) = 0 LOOP PERFORM pg_sleep(0.01), "
                               "pg_stat_clear_snapshot(); END LOOP; END $$;\n\\echo waiting\n")
            holder.stdin.flush()
            self.assertEqual(holder.stdout.readline(), "waiting\n")
            archive.kill()
        # Its backend would notice only when the lock is free, and might commit then.
        self.database.sql("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
                          "WHERE datname = current_database() AND wait_event = 'advisory'")
        holder.communicate()
        first = self.file.read_bytes()
        self.assertEqual(self.left(), 3000)
        self.assert_books_are_clean()

        self.database.sql("DROP TRIGGER wait ON tokenledger.usage_archives")
        done = self.archive()
        self.assert_status(done, REFUSED)
        self.assertIn("remove it and run the command again", done.stderr)
        self.file.unlink()
        self.assert_status(self.archive(), DONE)
        self.assertEqual(self.file.read_bytes(), first)
        self.assert_books_are_clean()

    def test_a_directory_that_is_not_there_is_refused_before_anything_is_deleted(self):
        done = self.archive(file=self.directory / "nowhere" / "usage.jsonl")
        self.assert_status(done, REFUSED)
        self.assertIn("nowhere", done.stderr)
        self.assertEqual(self.left(), 3000)

    def test_a_bad_time_is_refused(self):
        for before in ("2026-13-01", "2026-02-29", "yesterday", "2026-01-01 noon", "2026-01-01T25:00", ""):
            with self.subTest(before):
                self.assert_status(self.archive(before), BAD_USAGE)
        done = self.archive("2999-01-01")
        self.assert_status(done, REFUSED)
        self.assertIn("in the past", done.stderr)

    def test_a_missing_schema_exits_with_78_and_an_unavailable_database_with_69(self):
        self.config = write_config(self.new_directory(), self.new_database(migrated=False).url)
        self.assert_status(self.archive(), BAD_CONFIG)
        self.database.close_the_door()
        self.config = write_config(self.new_directory(), self.database.url)
        self.assert_status(self.archive(), UNAVAILABLE)


class RedactEvidence(Keeping):
    def redact(self, *options, before="2026-01-01", answer=None):
        return run("redact-evidence", "--config", self.config, "--before", before, *options, input=answer)

    def age(self):
        """Sets the time of receipt of all events to June 2025."""
        self.database.sql("UPDATE tokenledger.stripe_events SET received_at = '2025-06-01 12:00Z'")

    def test_evidence_is_replaced_by_its_hash_beside_a_running_daemon(self):
        daemon = self.start()
        events = [purchase(f"user_{number}") for number in range(3)]
        for event in events:
            daemon.post(event)
        rows = ledger_rows.events(self.database)
        header, body = ledger_rows.evidence_of(rows[events[0]["id"]])
        self.age()
        done = self.redact(before="2020-01-01")
        self.assert_status(done, DONE)
        self.assertEqual((done.stdout, done.stderr), ("0 events redacted\n", ""))
        done = self.redact("--yes")
        self.assert_status(done, DONE)
        self.assertEqual(done.stdout, "3 events redacted\n")
        self.assertEqual(done.stderr, PLAN.format("3 events"))
        row = ledger_rows.events(self.database)[events[0]["id"]]
        self.assertIsNone(row["evidence"])
        self.assertEqual(row["evidence_sha256"],
                         "\\x" + hashlib.sha256(header.encode() + b"\n" + body).hexdigest())
        self.assert_books_are_clean()
        self.assert_reply(daemon.post(events[0]), 200, "duplicate", events[0])
        self.assert_alive(daemon)

    def test_without_a_terminal_and_without_yes_nothing_is_redacted(self):
        daemon = self.start()
        event = purchase("user_1")
        daemon.post(event)
        self.age()
        for answer in ("y\n", ""):
            done = self.redact(answer=answer)
            self.assert_status(done, REFUSED)
            self.assertEqual(done.stdout, "")
            self.assertTrue(done.stderr.startswith(PLAN.format("1 event") + "Refused: standard input is no terminal"),
                            done.stderr)
            self.assertIn("--yes", done.stderr)
            self.assert_stored(event, "applied", None, evidence=True)

    def test_a_time_that_is_not_at_least_60_seconds_in_the_past_is_refused(self):
        daemon = self.start()
        event = purchase("user_1")
        daemon.post(event)
        done = self.redact("--yes", before="2999-01-01")
        self.assert_status(done, REFUSED)
        self.assertIn("the time must be at least 60 seconds in the past", done.stderr)
        self.assert_stored(event, "applied", None, evidence=True)

    def test_a_parked_event_keeps_its_evidence(self):
        daemon = self.start()
        event = purchase(metadata={"user_id": "alice", "token_pack": "nonsense"})
        self.assert_reply(daemon.post(event), 200, "parked", event, "unknown_pack")
        self.age()
        self.assertEqual(self.redact("--yes").stdout, "0 events redacted\n")
        self.assert_stored(event, "parked", "unknown_pack", evidence=True)

    def test_damaged_evidence_is_reported_and_the_command_fails(self):
        self.database.sql("INSERT INTO tokenledger.stripe_events (event_id, event_type, result, endpoint, "
                          "evidence_format, evidence) VALUES ('evt_1', 'x', 'applied', '/', 1, 'y')")
        self.age()
        done = self.redact("--yes")
        self.assert_status(done, REFUSED)
        self.assertIn("events=1", done.stderr)

    def test_a_malformed_time_is_a_usage_error(self):
        self.assert_status(self.redact("--yes", before="soon"), BAD_USAGE)


class RetireIgnoredEvents(Keeping):
    def retire(self, *options, before="2026-02-01"):
        return run("retire-ignored-events", "--config", self.config, "--before", before, *options,
                   stdin=subprocess.DEVNULL)

    def left(self):
        return int(self.database.sql("SELECT count(*) FROM tokenledger.stripe_events WHERE result = 'ignored'"))

    def setUp(self):
        super().setUp()
        self.daemon = self.start(self.database)
        self.bought = purchase("alice")
        self.assert_reply(self.daemon.post(self.bought), 200, "applied", self.bought)
        self.ignored = [event("payment_intent.created", payment_intent("payment_intent.created")) for _ in range(3)]
        for each in self.ignored:
            self.assert_reply(self.daemon.post(each), 200, "ignored", each)
        self.database.sql("UPDATE tokenledger.stripe_events SET received_at = '2026-01-15'")

    def test_a_dry_run_counts_the_events_and_deletes_none(self):
        done = self.retire("--dry-run", "--yes")
        self.assert_status(done, DONE)
        self.assertEqual(done.stdout, "3 ignored events are that old, and nothing rests on them\n")
        self.assertEqual(self.left(), 3)

    def test_without_a_terminal_and_without_yes_nothing_is_deleted(self):
        done = self.retire()
        self.assert_status(done, REFUSED)
        self.assertIn("Nothing was changed", done.stderr)
        self.assertEqual(self.left(), 3)

    def test_ignored_events_are_deleted_and_a_later_delivery_is_ignored_again(self):
        done = self.retire("--yes")
        self.assert_status(done, DONE)
        self.assertEqual(done.stdout, "3 ignored events deleted\n")
        self.assertEqual(self.left(), 0)
        self.assert_stored(self.bought, "applied", evidence=True)
        self.assert_books_are_clean()
        self.assert_reply(self.daemon.post(self.ignored[0]), 200, "ignored", self.ignored[0])
        self.assert_reply(self.daemon.post(self.bought), 200, "duplicate", self.bought)
        self.assertEqual(self.retire("--yes").stdout, "0 ignored events deleted\n")

    def test_at_a_terminal_it_asks_for_confirmation(self):
        command = [setting("TOKENLEDGERD"), "retire-ignored-events", "--config", self.config, "--before", "2026-02-01"]
        for typed, status, left in ((b"n\n", REFUSED, 3), (b"y\n", DONE, 0)):
            with self.subTest(typed=typed):
                shown, code = at_terminal(command, typed)
                self.assertIn("Go on? [y/N]", shown)
                self.assertEqual((code, self.left()), (status, left), shown)

    def test_a_future_or_malformed_time_and_an_unavailable_database_are_errors(self):
        self.assert_status(self.retire("--yes", before="2999-01-01"), REFUSED)
        self.assert_status(self.retire("--yes", before="soon"), BAD_USAGE)
        self.assertEqual(self.left(), 3)
        self.stop(self.daemon)
        self.database.close_the_door()
        self.addCleanup(self.database.open_the_door)
        self.assert_status(self.retire("--yes"), UNAVAILABLE)


if __name__ == "__main__":
    unittest.main()
