"""`tokenledgerd rebuild`: replays a ledger that a daemon wrote into another database and compares them."""

import os

from daemon_process import CATALOG, run, write_config
from harness import SystemTest
from stripe_events import event, new_id, ours, payment_intent, purchase

SAME, DIFFERENCES, USAGE, UNAVAILABLE = 0, 1, 2, 69


class Rebuild(SystemTest):
    def rebuild(self, *options, into=None, config=None):
        into = into or self.new_database()
        return run("rebuild", "--config", config or self.config, "--into", into.url, *options)

    def assert_status(self, done, status):
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)

    def some_events(self, daemon):
        """Two credited, one parked for its pack, one ignored, one delivered twice."""
        bought = purchase("user_1")
        for each in (bought, purchase("user_2"), bought,
                     event("payment_intent.succeeded", payment_intent(metadata=ours("user_3", pack="gone"))),
                     event("customer.created", {"id": new_id("cus"), "object": "customer"})):
            self.assertEqual(daemon.post(each).status, 200)

    def test_a_ledger_is_rebuilt_without_difference_while_its_daemon_runs(self):
        daemon = self.start()
        self.some_events(daemon)
        done = self.rebuild()
        self.assert_status(done, SAME)
        self.assertRegex(done.stdout, r"^3 events and 0 requests replayed, 0 of the events translated anew, "
                                      r"\d+ rows compared: no difference\n$")
        self.assertEqual(done.stderr, "")
        self.assert_alive(daemon)

    def test_a_tampered_row_is_named(self):
        self.some_events(self.start())
        self.database.sql("UPDATE tokenledger.token_accounts SET balance = 7 WHERE user_id = 'user_2'")
        done = self.rebuild()
        self.assert_status(done, DIFFERENCES)
        self.assertEqual(done.stdout.splitlines()[0], "difference table=token_accounts key=user_2 column=balance "
                                                      "expected=100000 found=7")
        self.assertRegex(done.stdout, r": 1 difference\n$")

    def test_translate_uses_todays_catalogue_and_compares_balances(self):
        self.some_events(self.start())
        self.assert_status(self.rebuild("--translate"), SAME)
        dearer = write_config(self.new_directory(), self.database.url,
                              catalog=CATALOG.replace("tokens = 100000", "tokens = 200000", 1))
        done = self.rebuild("--translate", config=dearer)
        self.assert_status(done, DIFFERENCES)
        self.assertIn("difference table=token_accounts key=user_1 column=balance expected=200000 found=100000",
                      done.stdout)
        self.assert_status(self.rebuild(config=dearer), SAME)

    def test_an_unsuitable_target_database_or_a_missing_url_is_an_error(self):
        self.some_events(self.start())
        done = self.rebuild(into=self.database)
        self.assert_status(done, UNAVAILABLE)
        self.assertIn("is not empty", done.stderr)
        done = self.rebuild(into=self.new_database(migrated=False))
        self.assert_status(done, UNAVAILABLE)
        self.assertIn("migrate", done.stderr)
        done = run("rebuild", "--config", self.config, "--into", "no url at all")
        self.assert_status(done, USAGE)
        done = run("rebuild", "--config", self.config)
        self.assert_status(done, USAGE)
        self.assertIn("--into-file", done.stderr)

    def test_the_url_comes_from_a_file_or_the_environment_too(self):
        self.some_events(self.start())
        path = os.path.join(self.new_directory(), "url")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.new_database().url + "\n")
        self.assert_status(run("rebuild", "--config", self.config, "--into-file", path), SAME)
        variable = {**os.environ, "TOKENLEDGER_REBUILD_URL": self.new_database().url}
        self.assert_status(run("rebuild", "--config", self.config, env=variable), SAME)
        done = run("rebuild", "--config", self.config, "--into-file", path, env=variable)
        self.assert_status(done, USAGE)
        self.assertIn("more than once", done.stderr)

    def test_a_url_with_a_password_is_refused_on_the_command_line(self):
        self.start()
        done = run("rebuild", "--config", self.config, "--into", "postgresql://u:hidden@localhost/d")
        self.assert_status(done, USAGE)
        self.assertIn("process list", done.stderr)
        self.assertNotIn("hidden", done.stdout + done.stderr)
