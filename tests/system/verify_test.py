"""`tokenledgerd verify`: its output and its exit status."""

import subprocess
import unittest

from cluster import Database, setting
from daemon_process import run, write_config
from harness import SystemTest
from stripe_events import purchase

CLEAN, DISCREPANCIES, UNAVAILABLE, BAD_CONFIG = 0, 1, 69, 78


class Verify(SystemTest):
    def verify(self, *options, config=None):
        return run("verify", "--config", config or self.config, *options)

    def assert_status(self, done, status):
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)

    def test_a_daemons_books_are_clean_while_it_runs_and_after(self):
        daemon = self.start()
        for number in range(5):
            daemon.post(purchase(f"user_{number % 2}"))
        for options in ([], ["--evidence"]):
            done = self.verify(*options)
            self.assert_status(done, CLEAN)
            self.assertRegex(done.stdout, r"^2 accounts, 5 transactions, 5 payments, 5 events in \d+ ms: "
                                          r"no discrepancy\n$")
            self.assertEqual(done.stderr, "", "progress without a terminal")
        self.assert_alive(daemon)
        self.stop(daemon)
        self.assert_status(self.verify(), CLEAN)

    def test_a_discrepancy_is_printed_as_a_line_and_exits_with_1(self):
        daemon = self.start()
        daemon.post(purchase("user \"1\"\n"))
        self.database.sql("UPDATE tokenledger.token_accounts SET balance = balance + 1")
        done = self.verify()
        self.assert_status(done, DISCREPANCIES)
        *found, totals = done.stdout.splitlines()
        self.assertEqual(sorted(found),
                         [rf'{check} user="user \"1\"\x0a" sequence=1 expected=100000 found=100001'
                          for check in ("account_balance", "account_sum")])
        self.assertRegex(totals, r": 2 discrepancies$")

    def test_no_more_lines_than_the_limit_are_printed_and_the_rest_is_counted(self):
        self.database = self.new_database()
        self.config = write_config(self.new_directory(), self.database.url)
        self.database.sql("ALTER TABLE tokenledger.token_accounts "
                          "DROP CONSTRAINT token_accounts_balance_without_transactions")
        self.database.sql("INSERT INTO tokenledger.token_accounts (user_id, balance) "
                          "SELECT 'user_' || n, 5 FROM generate_series(1, 120) n")
        for options, printed in (([], 100), (["--limit", "7"], 7), (["--limit", "0"], 0)):
            with self.subTest(options):
                done = self.verify(*options)
                self.assert_status(done, DISCREPANCIES)
                self.assertEqual(done.stdout.count("account_sum user="), printed)
                self.assertIn(f"\n... and {120 - printed} more\n", "\n" + done.stdout)
                self.assertIn(": 120 discrepancies\n", done.stdout)

    def test_a_missing_or_newer_schema_exits_with_78(self):
        database = self.new_database(migrated=False)
        config = write_config(self.new_directory(), database.url)
        done = self.verify(config=config)
        self.assert_status(done, BAD_CONFIG)
        self.assertIn("migrate", done.stderr)
        run("migrate", "--config", config)
        self.assert_status(self.verify(config=config), CLEAN)
        database.sql("INSERT INTO tokenledger.schema_migrations (version, name) "
                     "VALUES ('29990101000000', 'from_the_future')")
        self.assert_status(self.verify(config=config), BAD_CONFIG)

    def test_a_bad_configuration_exits_with_78_and_a_bad_command_line_with_2(self):
        config = write_config(self.new_directory(), "postgresql:///nowhere", webhook={"colour": "red"})
        self.assert_status(self.verify(config=config), BAD_CONFIG)
        self.assert_status(self.verify("--limit", "many", config=config), 2)
        self.assert_status(self.verify("--limit", "-1", config=config), 2)

    def test_a_missing_database_exits_with_69_and_prints_no_report(self):
        gone = Database()
        gone.drop()
        done = self.verify(config=write_config(self.new_directory(), gone.url))
        self.assert_status(done, UNAVAILABLE)
        self.assertIn(gone.name, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_report_that_cannot_be_written_exits_with_69(self):
        self.database = self.new_database()
        config = write_config(self.new_directory(), self.database.url)
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([setting("TOKENLEDGERD"), "verify", "--config", config], stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, UNAVAILABLE, done.stderr)


if __name__ == "__main__":
    unittest.main()
