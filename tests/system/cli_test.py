"""Command line, configuration file, schema, secrets and log of tokenledgerd."""

import os
import re
import unittest

import ledger_rows
from cluster import Database
from daemon_process import CATALOG, endpoint, run, signed_request, write_config
from harness import SystemTest
from load import all_at_once
from stripe_events import dump, event, intent_id_of, new_id, ours, purchase

BAD_CONFIG = 78


class CommandLine(SystemTest):
    def test_version_is_printed(self):
        done = run("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^tokenledgerd \d+\.\d+\.\d+\s*$")

    def test_help_names_the_commands(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for command in ("serve", "migrate", "check-config", "verify", "--config"):
            self.assertIn(command, done.stdout)

    def test_a_wrong_command_line_is_a_usage_error(self):
        for arguments in (["--no-such-option"], ["no-such-command"], ["--config"]):
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertTrue(done.stderr)


class CheckConfig(SystemTest):
    def check(self, config):
        done = run("check-config", "--config", config)
        return done.returncode, done.stdout + done.stderr

    def test_a_valid_configuration_is_accepted(self):
        status, said = self.check(write_config(self.new_directory(), "postgresql:///nowhere"))
        self.assertEqual(status, 0, said)
        self.assertNotIn("note:", said)

    def test_the_directory_of_an_admin_socket_that_is_missing_is_noted(self):
        there = self.new_directory()
        sockets = [{"socket": os.path.join(there, folder, "admin.sock"), "name": folder or "here"}
                   for folder in ("", "missing")]
        status, said = self.check(write_config(there, "postgresql:///nowhere", admin=sockets))
        self.assertEqual(status, 0, said)
        self.assertIn(f"note: {there}/missing does not exist", said)
        self.assertEqual(said.count("note:"), 1)

    def test_all_errors_are_reported_in_one_run_with_file_and_line(self):
        directory = self.new_directory()
        config = write_config(directory, "postgresql:///nowhere", webhook={
            "request_timeout_ms": 0, "tolerance_seconds": -1, "max_body_bytes": "big", "colour": "red"})
        with open(config, "a", encoding="utf-8") as file:
            file.write('\n[[catalog.pack]]\nid = "broken"\ntokens = 0\nprices = { dollars = 5 }\n'
                       '[[webhook.endpoint]]\npath = "no-slash"\nsecrets = ["missing-file"]\n'
                       'livemode = "yes"\n[nonsense]\n')
        with open(config, encoding="utf-8") as file:
            lines = file.read().splitlines()
        status, said = self.check(config)
        self.assertEqual(status, BAD_CONFIG, said)
        for wrong in ("request_timeout_ms = 0", "tolerance_seconds = -1", "max_body_bytes =", "colour =",
                      "tokens = 0", "prices = { dollars", 'path = "no-slash"', 'secrets = ["missing',
                      'livemode = "yes"', "[nonsense]"):
            number, = (n for n, line in enumerate(lines, 1) if line.startswith(wrong))
            with self.subTest(wrong):
                self.assertRegex(said, rf"(?m)^{re.escape(config)}:{number}: \S")

    def test_a_malformed_or_missing_file_is_an_error(self):
        directory = self.new_directory()
        broken = os.path.join(directory, "broken.toml")
        with open(broken, "w", encoding="utf-8") as file:
            file.write('[database]\nurl = "x"\n[webhook\n')
        status, said = self.check(broken)
        self.assertEqual(status, BAD_CONFIG)
        self.assertRegex(said, rf"{re.escape(broken)}:3: ")
        status, said = self.check(os.path.join(directory, "nowhere.toml"))
        self.assertEqual(status, BAD_CONFIG)
        self.assertIn("nowhere.toml", said)

    def test_secrets_that_can_never_verify_are_errors_and_are_not_printed(self):
        for secret in ("", " ", "whsec_with space", "whsec_two\nlines", "whsec_tab\t"):
            with self.subTest(secret):
                status, said = self.check(write_config(
                    self.new_directory(), "postgresql:///nowhere", endpoints=[endpoint(secrets=[secret])]))
                self.assertEqual(status, BAD_CONFIG, said)
                self.assertNotIn("whsec_", said)

    def test_a_missing_endpoint_secret_database_or_livemode_is_an_error(self):
        directory = self.new_directory()
        config = write_config(directory, "postgresql:///nowhere")
        with open(config, encoding="utf-8") as file:
            good = file.read()
        for without in (good[:good.index("[[webhook.endpoint]]")] + CATALOG,
                        re.sub(r"(?m)^secrets = .*$", "secrets = []", good),
                        re.sub(r"(?m)^secrets = .*$", "", good),
                        re.sub(r"(?m)^url = .*$", "", good),
                        re.sub(r"(?m)^livemode = .*$", "", good)):
            with open(config, "w", encoding="utf-8") as file:
                file.write(without)
            status, said = self.check(config)
            self.assertEqual(status, BAD_CONFIG, said)
            self.assertIn(config, said)

    def test_serve_and_migrate_refuse_a_bad_configuration(self):
        config = write_config(self.new_directory(), "postgresql:///nowhere", webhook={"colour": "red"})
        for command in ("serve", "migrate"):
            self.assertEqual(run(command, "--config", config).returncode, BAD_CONFIG)

    def test_secrets_are_looked_up_in_the_credentials_directory(self):
        config = write_config(self.new_directory(), "postgresql:///nowhere")
        elsewhere = self.new_directory()
        os.rename(os.path.join(os.path.dirname(config), "secret-0-0"),
                  os.path.join(elsewhere, "secret-0-0"))
        self.assertEqual(run("check-config", "--config", config).returncode, BAD_CONFIG)
        done = run("check-config", "--config", config,
                   env={**os.environ, "CREDENTIALS_DIRECTORY": elsewhere})
        self.assertEqual(done.returncode, 0, done.stderr)


class Schema(SystemTest):
    def setUp(self):
        self.database = self.new_database(migrated=False)
        self.config = write_config(self.new_directory(), self.database.url)

    def migrations(self):
        return self.database.rows("SELECT * FROM tokenledger.schema_migrations ORDER BY version")

    def assert_refused(self, command, *words):
        done = run(command, "--config", self.config)
        self.assertEqual(done.returncode, BAD_CONFIG, done.stderr)
        for word in words:
            self.assertIn(word, done.stdout + done.stderr)

    def migrate(self):
        done = run("migrate", "--config", self.config)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_migrate_creates_the_schema_and_a_second_run_changes_nothing(self):
        self.migrate()
        first = self.migrations()
        self.assertTrue(first)
        self.assertTrue(all(row["checksum"] for row in first))
        self.migrate()
        self.assertEqual(self.migrations(), first)
        self.assert_alive(self.start(self.database))

    def test_serve_refuses_a_database_without_the_schema(self):
        self.assert_refused("serve", "migrate")

    def test_serve_and_migrate_refuse_a_schema_that_is_newer_than_the_program(self):
        self.migrate()
        self.database.sql("INSERT INTO tokenledger.schema_migrations (version, name) "
                          "VALUES ('29990101000000', 'from_the_future')")
        self.assert_refused("serve", "29990101000000")
        self.assert_refused("migrate", "29990101000000")

    def test_serve_and_migrate_refuse_a_changed_migration(self):
        self.migrate()
        self.database.sql("UPDATE tokenledger.schema_migrations SET checksum = sha256('another')")
        version = self.migrations()[0]["version"]
        self.assert_refused("serve", version)
        self.assert_refused("migrate", version)

    def test_concurrent_runs_of_migrate_all_succeed(self):
        done = all_at_once([lambda: run("migrate", "--config", self.config)] * 4)
        self.assertEqual([each.returncode for each in done], [0] * 4)
        self.assert_alive(self.start(self.database))

    def test_migrate_fails_with_the_name_of_a_database_that_does_not_exist(self):
        gone = Database()
        gone.drop()
        done = run("migrate", "--config", write_config(self.new_directory(), gone.url))
        self.assertNotIn(done.returncode, (0, BAD_CONFIG))
        self.assertIn(gone.name, done.stderr)


class Secrets(SystemTest):
    def test_each_secret_works_at_its_own_endpoint_only(self):
        secrets = {"/a": ["whsec_a_new", "whsec_a_old"], "/b": ["whsec_b_new", "whsec_b_old"]}
        daemon = self.start(endpoints=[endpoint(path, keys) for path, keys in secrets.items()])
        for path, own in secrets.items():
            for secret in (key for keys in secrets.values() for key in keys):
                with self.subTest(path=path, secret=secret):
                    status = daemon.post(purchase(), path=path, secrets=[secret]).status
                    self.assertEqual(status, 200 if secret in own else 400)
        both = daemon.post(purchase(), path="/a", secrets=["whsec_a_old", "whsec_a_new"])
        self.assertEqual(both.status, 200)
        stranger = daemon.post(purchase(), path="/a", secrets=["whsec_b_old", "whsec_b_new"])
        self.assertEqual(stranger.status, 400)

    def test_a_reload_applies_a_new_secret_and_keeps_connections_open(self):
        daemon = self.start(endpoints=[endpoint(secrets=["whsec_old"])])
        with daemon.connect() as connection:
            connection.send(signed_request(purchase(), secrets=["whsec_old"]))
            self.assertEqual(connection.read().status, 200)
            with open(os.path.join(os.path.dirname(self.config), "new"), "w", encoding="utf-8") as file:
                file.write("whsec_new")
            self.rewrite_config('"secret-0-0"', '"new"')
            self.assertIn("reloaded", daemon.reload())
            for secret, status in (("whsec_old", 400), ("whsec_new", 200)):
                connection.send(signed_request(purchase(), secrets=[secret]))
                self.assertEqual(connection.read().status, status)

    def test_a_reload_of_a_bad_file_keeps_the_old_configuration_and_logs_the_error(self):
        daemon = self.start()
        self.rewrite_config("tokens = 100000", "tokens = -5")
        self.assertRegex(daemon.reload(), r"reload.*:\d+: ")
        self.assert_alive(daemon)

    def test_a_reload_applies_a_new_catalogue(self):
        daemon = self.start()
        self.rewrite_config("tokens = 100000", "tokens = 250")
        self.assertIn("reloaded", daemon.reload())
        daemon.post(purchase("user_1"))
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 250})


class Log(SystemTest):
    def test_every_delivery_of_an_event_is_one_line_with_its_result(self):
        daemon = self.start()
        bought, parked = purchase(), purchase(metadata=ours(pack="nowhere"))
        for posted, result, reason in ((bought, "applied", ""), (bought, "duplicate", ""),
                                       (parked, "parked", "unknown_pack")):
            count = len(daemon.events(posted["id"]))
            daemon.post(posted)
            daemon.wait_for_line(rf"\bevent={posted['id']}\b.*\bresult={result}\b")
            lines = daemon.events(posted["id"])
            self.assertEqual(len(lines), count + 1)
            expected = {"payment_intent": intent_id_of(posted), "result": result, "reason": reason,
                        "status": "200"}
            self.assertEqual({key: lines[-1].get(key, "") for key in expected}, expected)
            self.assertRegex(lines[-1]["duration_us"], r"^\d+$")

    def test_no_body_header_or_secret_is_ever_logged(self):
        secret = "whsec_canary_secret"
        daemon = self.start(endpoints=[endpoint(secrets=[secret])], log={"level": "trace"},
                            webhook={"request_timeout_ms": 500})
        headers = [("X-Canary", "canary_header"), ("User-Agent", "canary_agent"),
                   ("Authorization", "Bearer canary_token")]
        fine = purchase(description="canary_body", receipt_email="canary@example.com")
        for body in (dump(fine), dump(purchase(metadata=ours(pack="nowhere"), description="canary_body")),
                     dump(event("a.b", {"x": "canary_body"})), b'{"canary_body": 1}', b"canary_body"):
            for keys in ([secret], ["whsec_canary_wrong"]):
                daemon.post(body, secrets=keys, headers=headers)
        with daemon.connect() as connection:
            connection.send(b"canary_garbage\r\n\r\n")
            connection.read()
        self.database.sql("ALTER TABLE tokenledger.token_transactions "
                          "ADD CONSTRAINT no_more CHECK (user_id <> 'canary_user')")
        daemon.post(purchase("canary_user", description="canary_body"), secrets=[secret])
        self.database.close_the_door()
        self.addCleanup(self.database.open_the_door)
        daemon.post(purchase(description="canary_body"), secrets=[secret])
        self.stop(daemon)
        log = "\n".join(daemon.log())
        self.assertIn(fine["id"], log)
        for canary in ("canary_body", "canary@", "canary_header", "canary_agent", "canary_token",
                       "canary_garbage", secret, "whsec_", "v1="):
            self.assertNotIn(canary, log)
        self.assertNotRegex(log, "[0-9a-f]{64}", "a signature")

    def test_a_flood_of_refused_requests_logs_a_bounded_number_of_lines(self):
        daemon = self.start(log={"rejections_per_minute": 5})
        for _ in range(40):
            daemon.post(purchase(), secrets=["whsec_wrong"])
        self.assert_alive(daemon)
        self.assertLessEqual(len([line for line in daemon.log() if "reason=no_match" in line]), 6)

    def test_an_event_id_cannot_forge_a_log_line(self):
        daemon = self.start()
        forged = purchase(event_id=new_id("evt") + "\n2026-01-01 event=evt_forged result=applied")
        self.assertEqual(daemon.post(forged).status, 200)
        daemon.wait_for_line("evt_forged")
        self.assertFalse([line for line in daemon.log() if line.startswith("2026-01-01 event")])


if __name__ == "__main__":
    unittest.main()
