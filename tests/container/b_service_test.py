"""The service in production: activation, restart, reload, crash, hang, drain, access of other users."""

import os
import pathlib
import shutil
import subprocess
import unittest

from machine import (ADMIN_SOCKET, CONFIGURATION, OPERATIONS_PORT, SECRET, SECRET_FILE, SERVICE, SOCKETS, WEBHOOK_PORT,
                     Connection, Deliveries, MachineTest, add_user, admin, as_user, eventually, listens, main_pid,
                     open_for_business, post, purchase, request_of, run, sql, state, systemctl)

CREDENTIALS = pathlib.Path("/run/credentials") / SERVICE
NEW_PACK = '\n[[catalog.pack]]\nid = "late"\ntokens = 7\nprices = { usd = 100 }\n'


def late_purchase(user):
    return purchase(amount=100, metadata={"user_id": user, "token_pack": "late"})


class LockedTable:
    """A context in which a psql session blocks every writer of the ledger until `release`."""

    def __enter__(self):
        command = ["runuser", "-u", "postgres", "--", "psql", "-XAtq", "-d", "tokenledger"]
        self.psql = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.psql.stdin.write("BEGIN; LOCK TABLE tokenledger.token_transactions IN EXCLUSIVE MODE;\n\\echo locked\n")
        self.psql.stdin.flush()
        assert self.psql.stdout.readline() == "locked\n"
        return self

    def release(self):
        self.psql.communicate("COMMIT;\n", timeout=20)

    def __exit__(self, *_):
        if self.psql.poll() is None:
            self.release()


class Service(MachineTest):
    @classmethod
    def setUpClass(cls):
        open_for_business()
        systemctl("enable", "--now", *SOCKETS)

    def setUp(self):
        systemctl("start", *SOCKETS)

    def recovers_from(self, signal):
        """After the signal a delivery that comes while no daemon runs is answered too."""
        post(purchase("user_before"))
        before = main_pid()
        systemctl("kill", "--kill-whom=main", f"--signal={signal}", SERVICE)
        # Connects at once, waits in the socket, and is answered by the next process.
        self.assertEqual(post(purchase("user_meanwhile")), (200, "applied"))
        eventually(lambda: main_pid() not in (0, before) and state(SERVICE) == "active", f"recovered from {signal}")

    def test_1_the_first_connection_starts_the_service_after_the_schema_was_created(self):
        self.assertEqual(state(SERVICE), "inactive")
        self.assertEqual(sql("SELECT to_regclass('tokenledger.token_transactions') IS NULL"), "t")
        self.assertEqual(post(purchase("user_first")), (200, "applied"))
        self.assertEqual(state(SERVICE), "active")
        self.assertEqual(sql("SELECT balance FROM tokenledger.token_accounts WHERE user_id = 'user_first'"), "100000")

    def test_1b_check_config_accepts_the_configuration(self):
        run("tokenledgerd", "check-config", "--config", str(CONFIGURATION),
            env={**os.environ, "CREDENTIALS_DIRECTORY": str(SECRET_FILE.parent)})

    def test_2_a_restart_under_traffic_leaves_no_request_unanswered(self):
        with Deliveries() as deliveries:
            before = main_pid()
            for _ in range(3):
                systemctl("restart", SERVICE)
                deliveries.wait_for_more(40)
            self.assertNotEqual(main_pid(), before)
        self.assert_all_taken(deliveries)

    def test_3_a_reload_under_traffic_applies_a_new_pack(self):
        self.assertEqual(post(late_purchase("user_late")), (200, "parked"))
        before = main_pid()
        with Deliveries() as deliveries:
            with open(CONFIGURATION, "a", encoding="utf-8") as file:
                file.write(NEW_PACK)
            systemctl("reload", SERVICE)
            eventually(lambda: post(late_purchase("user_later")) == (200, "applied"), "the new pack is known", 20)
            deliveries.wait_for_more(40)
        self.assert_all_taken(deliveries)
        self.assertEqual(main_pid(), before)

    def test_4_a_reload_of_a_bad_file_changes_nothing_and_is_logged(self):
        good = CONFIGURATION.read_text(encoding="utf-8")
        self.addCleanup(CONFIGURATION.write_text, good, encoding="utf-8")
        CONFIGURATION.write_text(good + "nonsense = 1\n", encoding="utf-8")
        systemctl("reload", SERVICE, check=False)
        eventually(lambda: "nonsense" in run("journalctl", "-u", SERVICE, "-n", "20").stdout, "it says so", 20)
        self.assertEqual(post(late_purchase("user_later")), (200, "applied"))

    def test_5_a_killed_daemon_is_restarted(self):
        self.recovers_from("SIGKILL")

    def test_6_a_daemon_that_hangs_is_killed_by_the_watchdog_and_restarted(self):
        self.recovers_from("SIGSTOP")
        self.assertIn("Watchdog timeout", run("journalctl", "-u", SERVICE, "-n", "40").stdout)

    def test_7_a_stop_answers_a_request_that_was_received(self):
        post(purchase("user_before"))
        # With the table locked the request is in the daemon: received, and waiting for its commit.
        with LockedTable() as lock, Connection(WEBHOOK_PORT, timeout=60) as connection:
            connection.send(request_of(purchase("user_drained"), close=False))
            eventually(lambda: sql("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted") == "t", "it waits", 4)
            systemctl("stop", "--no-block", *SOCKETS, SERVICE)
            eventually(lambda: state(SERVICE) == "deactivating", "stopping has begun", 4)
            lock.release()
            answer = connection.read()
        self.assertEqual((answer.status, answer.json()["result"], answer.closes), (200, "applied", True))
        eventually(lambda: state(SERVICE) == "inactive", "it has ended")
        self.assertEqual(state(SERVICE, "Result"), "success")
        self.assertFalse(listens(WEBHOOK_PORT))

    def test_8_secrets_are_not_readable_by_other_users_or_from_process_and_journal(self):
        post(purchase("user_before"))
        add_user("olga", "tokenledger-admin")
        loaded = CREDENTIALS / "stripe-webhook-secret"
        self.assertEqual(loaded.read_text(encoding="utf-8").strip(), SECRET)
        for user in ("olga", "nobody", "tokenledger-owner", "postgres"):
            for path in (SECRET_FILE, loaded):
                done = as_user(user, "cat", str(path))
                self.assertNotEqual(done.returncode, 0, (user, path))
                self.assertIn("Permission denied", done.stdout)
        for file in ("environ", "cmdline"):
            self.assertNotIn(SECRET, pathlib.Path(f"/proc/{main_pid()}/{file}").read_text(encoding="utf-8"))
        self.assertNotIn(SECRET, run("journalctl", "-u", "tokenledgerd*").stdout)

    def test_9_a_member_of_the_admin_group_grants_under_its_uid_and_others_are_refused(self):
        uid = add_user("olga", "tokenledger-admin")
        add_user("mallory")
        grant = {"user_id": "user_granted", "tokens": 5, "reason": "sorry"}
        self.assertEqual(admin("olga", "/v1/grants", grant, key="by-olga")[:2], (0, "200"))
        granted = "FROM tokenledger.token_transactions WHERE user_id = 'user_granted'"
        self.assertEqual(sql(f"SELECT actor {granted}"), str(uid))
        for user in ("mallory", "nobody", "tokenledger", "postgres"):
            code, status, said = admin(user, "/v1/grants", grant, key=f"by-{user}")
            self.assertEqual((code, status), (7, "000"), (user, said))
        self.assertEqual(sql(f"SELECT count(*) {granted}"), "1")
        self.assertEqual(oct(os.stat(ADMIN_SOCKET).st_mode & 0o7777), "0o660")

    def test_9b_tokenledgerctl_works_for_a_member_of_the_admin_group_only(self):
        if not shutil.which("tokenledgerctl"):
            self.skipTest("tokenledgerctl is not installed")
        add_user("olga", "tokenledger-admin")
        done = as_user("olga", "tokenledgerctl", "grant", "user_client", "5", "--yes", "--json", "--reason", "sorry")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(sql("SELECT balance FROM tokenledger.token_accounts WHERE user_id = 'user_client'"), "5")
        add_user("mallory")
        self.assertEqual(as_user("mallory", "tokenledgerctl", "balance", "user_client").returncode, 3)

    def test_a_metrics_are_served_from_a_sandbox_without_a_network(self):
        with Connection(OPERATIONS_PORT) as connection:
            answer = connection.get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertIn(b"tokenledger_build_info{", answer.body)
        self.assertIn(b"tokenledger_database_up 1", answer.body)
        self.assertNotEqual(os.readlink(f"/proc/{main_pid()}/ns/net"), os.readlink("/proc/1/ns/net"))

    def test_b_the_books_are_right_and_no_unit_failed(self):
        said = as_user("tokenledger", "tokenledgerd", "verify", "--config", str(CONFIGURATION))
        self.assertEqual(said.returncode, 0, said.stdout)
        self.assert_no_unit_failed()


if __name__ == "__main__":
    unittest.main()
