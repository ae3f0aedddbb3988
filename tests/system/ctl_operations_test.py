"""The operators' commands besides the writes: verify, status, report, export, send."""

import csv
import io
import json
import os
import socket
import subprocess
import unittest

import ledger_rows
from ctl import REFUSED, TIMEOUT_S, UNREACHABLE, USAGE, CtlTest, program
from stripe_events import SECRET, dump, purchase


class Operations(CtlTest):
    def setUp(self):
        self.start_admin()
        for _ in range(2):
            self.daemon.post(purchase("user_1"))
        self.admin.grant("user_2", 7, reason='a "reason", with commas\nand lines', metadata={"n": 1.50})
        self.admin.post("/v1/usage", {"request_id": "r", "user_id": "user_1", "action_type": "chat",
                                      "model_used": "m", "tokens_used": 9, "charge": 4})
        for hold_id in ("h_1", "h_2"):
            self.ctl("hold", "user_2", "3", "--key", hold_id)
        self.ctl("release", "user_2", "h_1")

    def test_verify_passes_correct_books_and_exits_with_1_for_a_discrepancy(self):
        self.assertIn("the books are right", self.ctl("verify").stdout)
        self.assertEqual(self.ctl_json("verify")["discrepancies"], 0)
        self.database.sql("UPDATE tokenledger.token_accounts SET balance = balance + 1 WHERE user_id = 'user_2'")
        shown = self.ctl("verify", exit_code=REFUSED).stdout
        self.assertRegex(shown, r"discrepancy: .*user_2")
        self.assertGreater(self.ctl_json("verify", exit_code=REFUSED)["discrepancies"], 0)

    def test_status_is_shown_and_exits_with_1_for_a_daemon_that_is_not_ready(self):
        shown = self.ctl("status").stdout
        for pattern in (r"health +ok", r"readiness +ready", r"version +\d", r"database up +1", r"events parked +0"):
            self.assertRegex(shown, pattern)
        told = self.ctl_json("status")
        self.assertEqual((told["ready"], told["metrics"]["tokenledger_database_up"]), (True, "1"))
        self.database.close_the_door()
        self.addCleanup(self.database.open_the_door)
        self.until(lambda: self.admin.get("/readyz").status == 503, "the daemon notices")
        self.assertRegex(self.ctl("status", exit_code=REFUSED).stdout, r"database up +0")

    def test_a_report_has_bars_for_each_section(self):
        shown = self.ctl("report").stdout
        for pattern in (r"purchased tokens per day \(UTC\)\n\d{4}-\d\d-\d\d +200,000 +█+\n",
                        r"granted tokens per day \(UTC\)\n\S+ +7 +█",
                        r"tokens used by model\nm +9 +█", r"money by currency\nusd +19\.98 USD +█", r"chat +9 +█",
                        r"starter +200,000 +█"):
            self.assertRegex(shown, pattern)
        only = self.ctl("report", "--by", "pack", "--user", "user_1", "--from", "2020-01-01").stdout
        self.assertEqual([line for line in only.splitlines() if "█" not in line], ["purchased tokens by pack", ""])
        self.assertIn("nothing happened", self.ctl("report", "--to", "2020-01-01").stdout)
        self.assertEqual({row["type"] for row in self.ctl_json("report")["transactions"]},
                         {"purchase", "grant", "deduction"})
        for line in self.at_terminal("report", columns=50, NO_COLOR="1").splitlines():
            self.assertLessEqual(len(line), 50)
        self.ctl("report", "--by", "colour", exit_code=USAGE)

    def rows_of(self, path):
        return self.admin.get(f"{path}?limit=1000&order=oldest_first").json()["rows"]

    def test_every_list_is_exported_completely_as_jsonl_and_csv(self):
        for name in ("transactions", "purchases", "usage", "activity", "holds", "events"):
            with self.subTest(list=name):
                rows = self.rows_of("/v1/" + name)
                lines = self.ctl("export", name, "--format", "jsonl", "--limit", "1").stdout.splitlines()
                self.assertEqual([json.loads(line) for line in lines], rows)
                text = self.ctl("export", name, "--limit", "2").stdout
                table = list(csv.DictReader(io.StringIO(text, newline="")))
                self.assertEqual(len(table), len(rows))
                for got, row in zip(table, rows):
                    row = row.get("usage") or row.get("transaction") or row
                    self.assertEqual(set(row) - set(got), set(), "every member has a column")
                    for member, value in row.items():
                        expected = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
                        if member != "metadata":
                            self.assertEqual(got[member], expected)
                self.assertNotIn("\r", self.ctl("export", name).stderr, "progress without a terminal")

    def test_an_export_is_filtered_and_continues_from_a_cursor(self):
        lines = self.ctl("export", "transactions", "--user", "user_2", "--format", "jsonl").stdout.splitlines()
        self.assertEqual([json.loads(line)["user_id"] for line in lines], ["user_2"])
        file = os.path.join(self.new_directory(), "rows.csv")
        self.ctl("export", "transactions", "--output", file)
        self.assertIn("there already", self.ctl("export", "transactions", "--output", file, exit_code=REFUSED).stderr)
        cursor = self.admin.get("/v1/transactions?limit=4&order=oldest_first").json()["next"]
        self.admin.grant("user_3", 1)
        self.ctl("export", "transactions", "--output", file, "--cursor", cursor)
        with open(file, newline="", encoding="utf-8") as opened:
            rows = list(csv.DictReader(opened))
        self.assertEqual([row["user_id"] for row in rows], ["user_1", "user_1", "user_2", "user_1", "user_3"])
        self.assertIn("Not a directory",
                      self.ctl("export", "events", "--output", "/dev/full/x", exit_code=REFUSED).stderr)

    def test_an_export_that_cannot_write_its_rows_fails(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([program(), "export", "events"], stdout=full, stderr=subprocess.PIPE, check=False,
                                  env=self.environment({}), timeout=TIMEOUT_S)
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn(b"cannot be written", done.stderr)

    def test_progress_is_shown_at_a_terminal(self):
        file = os.path.join(self.new_directory(), "rows.csv")
        self.assertIn("4 rows", self.at_terminal("export", "transactions", "--output", file))


class Send(CtlTest):
    def setUp(self):
        self.start_admin()
        self.directory = self.new_directory()
        self.url = f"http://127.0.0.1:{self.daemon.port}/stripe/webhook"

    def write(self, name, content):
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def send(self, *words, secret=SECRET, body=None, url=None, **more):
        return self.ctl("send", self.write("event.json", body or dump(self.event)), "--secret-file",
                        self.write("secret", secret.encode() + b"\n"), "--url", url or self.url, *words, **more)

    def test_an_event_is_signed_and_applied_once(self):
        self.event = purchase("user_1")
        self.assertIn("200 ", self.send().stdout)
        self.assertEqual(json.loads(self.send("--json").stdout)["result"], "duplicate")
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 100000})

    def test_a_wrong_secret_or_an_old_timestamp_is_refused(self):
        self.event = purchase("user_1")
        self.assertIn("400 ", self.send(secret="whsec_wrong", exit_code=REFUSED).stdout)
        self.assertIn("400 ", self.send("--timestamp", "1700000000", exit_code=REFUSED).stdout)
        self.assertIn("empty", self.send(secret="", exit_code=REFUSED).stderr)
        self.assert_no_transactions()

    def test_malformed_urls_missing_files_and_closed_ports_are_errors(self):
        self.event = purchase("user_1")
        for url in ("https://127.0.0.1/x", "127.0.0.1:1", "http://", "http://a:b/x", "http://a b/",
                    "http://a/\r\nX: y"):
            with self.subTest(url=url):
                self.send(url=url, exit_code=USAGE)
        self.assertIn("No such file", self.ctl("send", "/nowhere", "--secret-file", "/nowhere", "--url", self.url,
                                               exit_code=REFUSED).stderr)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            self.send(url=f"http://127.0.0.1:{closed.getsockname()[1]}/", exit_code=UNREACHABLE)


if __name__ == "__main__":
    unittest.main()
