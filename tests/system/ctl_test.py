"""The writes of tokenledgerctl: keys, refusals, confirmation, dry runs, and a daemon that does not answer."""

import os
import re
import socket
import threading
import unittest

import ledger_rows
from ctl import REFUSED, UNREACHABLE, USAGE, CtlTest

UUID4 = re.compile(r"^key: ([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$", re.M)


class Writes(CtlTest):
    def setUp(self):
        self.start_admin()
        self.ctl("grant", "user_1", "100")

    def balances(self):
        return ledger_rows.balances(self.database)

    def test_each_write_is_applied_and_shows_the_new_balance_and_its_key(self):
        for words, balances in ((("grant", "user_2", "50", "--reason", "it's a gift"), {"user_1": 100, "user_2": 50}),
                                (("deduct", "user_1", "3"), {"user_1": 97, "user_2": 50}),
                                (("transfer", "user_1", "user_2", "4"), {"user_1": 93, "user_2": 54}),
                                (("usage", "user_1", "image", "7", "--charge", "5"), {"user_1": 88, "user_2": 54})):
            with self.subTest(words=words):
                done = self.ctl(*words)
                self.assertEqual(self.balances(), balances)
                self.assertIn(str(balances[words[1]]), done.stdout)
                self.assertRegex(done.stderr, UUID4)
        row, = ledger_rows.transactions(self.database, "user_2")[:1]
        self.assertEqual((row["reason"], row["actor"]), ("it's a gift", os.getuid()))
        self.assert_sound()

    def test_every_field_of_a_usage_is_stored(self):
        self.ctl("usage", "user_1", "chat", "10", "--input", "7", "--output", "3", "--model", "m", "--cost", "0.0125",
                 "--charge", "2", "--key", "req_1")
        row, = self.database.rows("SELECT *, cost_estimate::text AS cost FROM tokenledger.token_usage")
        self.assertEqual([row[name] for name in ("request_id", "user_id", "action_type", "tokens_used", "input_tokens",
                                                 "output_tokens", "model_used", "cost", "charged_tokens")],
                         ["req_1", "user_1", "chat", 10, 7, 3, "m", "0.0125", 2])

    def test_a_grant_keeps_source_reference_and_metadata(self):
        self.ctl("grant", "user_3", "9", "--source", "trial", "--reference", "t_1", "--metadata", '{"a": [1]}')
        row, = ledger_rows.transactions(self.database, "user_3")
        self.assertEqual((row["source"], row["reference"], row["metadata"]), ("trial", "t_1", {"a": [1]}))
        self.assertIn("reference_used", self.ctl("grant", "user_3", "9", "--source", "trial", "--reference", "t_1",
                                                 exit_code=REFUSED).stderr)
        self.ctl("grant", "user_3", "9", "--metadata", "[1]", exit_code=USAGE)

    def test_a_repeated_key_is_reported_as_done_before_and_changes_nothing(self):
        for _ in range(3):
            done = self.ctl("deduct", "user_1", "10", "--key", "once")
        self.assertIn("done before", done.stdout)
        self.assertEqual(self.balances(), {"user_1": 90})
        self.assertIn("key_reused", self.ctl("deduct", "user_1", "11", "--key", "once", exit_code=REFUSED).stderr)

    def test_json_output_is_the_answer_of_the_daemon(self):
        told = self.ctl_json("grant", "user_1", "5", "--key", "k")
        self.assertEqual(told, self.admin.grant("user_1", 5).json() | {"transactions": told["transactions"]})
        self.assertEqual(told["transactions"][0]["balance_after"], 105)

    def test_a_refusal_shows_the_reason_and_exits_with_1(self):
        for words, slug in ((("deduct", "user_1", "101"), "insufficient_balance"),
                            (("deduct", "nobody", "1"), "unknown_account"),
                            (("transfer", "user_1", "user_1", "1"), "same_account"),
                            (("grant", "user_1", str(2**63 - 1)), "token_limit")):
            with self.subTest(words=words):
                done = self.ctl(*words, exit_code=REFUSED)
                self.assertIn(slug, done.stderr)
                self.assertGreaterEqual(len(done.stderr.splitlines()), 3, "key, title, detail")
                self.assertEqual(done.stdout, "")
        self.assertEqual(self.balances(), {"user_1": 100})

    def test_a_malformed_command_exits_with_2(self):
        for words in ((), ("gran",), ("grant",), ("grant", "u"), ("grant", "u", "0"), ("grant", "u", "-1"),
                      ("grant", "u", "1.5"), ("grant", "u", "1e3"), ("grant", "u", str(2**63)),
                      ("grant", "u", "1", "2"), ("grant", "u", "1", "--colour"), ("grant", "u", "1", "--key", ""),
                      ("deduct", "u", "0x10"), ("grant", "u", "1", "--key", "a\r\nX: y"),
                      ("grant", "u", "1", "--source", "stripe")):
            with self.subTest(words=words):
                self.assertTrue(self.ctl(*words, exit_code=USAGE).stderr)
        self.assertEqual(self.balances(), {"user_1": 100})

    def test_a_number_with_a_leading_zero_is_decimal(self):
        self.ctl("grant", "user_1", "010")
        self.assertEqual(self.balances(), {"user_1": 110})

    def test_a_dry_run_shows_the_balance_after_and_writes_nothing(self):
        for words, after in ((("grant", "user_1", "5"), "105"), (("deduct", "user_1", "5"), "95"),
                             (("grant", "new", "5"), "5"), (("deduct", "user_1", "105", "--allow-negative"), "-5")):
            with self.subTest(words=words):
                done = self.ctl(*words, "--dry-run")
                self.assertEqual(done.stdout.split()[-1], after)
                told = self.ctl_json(*words, "--dry-run")
                self.assertEqual(told["accounts"][0]["balance_after"], int(after))
        for words in (("deduct", "user_1", "101"), ("deduct", "nobody", "1"), ("transfer", "user_1", "nobody", "1"),
                      ("transfer", "user_1", "user_1", "1")):
            self.assertIn("would be refused", self.ctl(*words, "--dry-run", exit_code=REFUSED).stderr)
        self.assertEqual(self.balances(), {"user_1": 100})

    def test_confirmation_above_the_limit_is_asked_at_a_terminal_only(self):
        words = ("grant", "user_1", "2000000")
        for typed, exit_code, balance in ((b"n\n", REFUSED, 100), (b"\n", REFUSED, 100), (b"y\n", 0, 2000100)):
            self.assertIn("2,000,000 tokens to user_1?", self.at_terminal(*words, typed=typed, exit_code=exit_code))
            self.assertEqual(self.balances(), {"user_1": balance})
        self.assertNotIn("?", self.at_terminal(*words, "--yes"))
        self.assertNotIn("?", self.at_terminal(*words, "--confirm-above", "2000000"))
        self.assertIn("?", self.at_terminal("deduct", "user_1", "11", typed=b"n\n", exit_code=REFUSED,
                                            TOKENLEDGER_CONFIRM_ABOVE="10"))
        self.ctl(*words)
        self.assertEqual(self.balances(), {"user_1": 8000100})

    def test_control_characters_in_a_user_id_are_escaped_at_a_terminal(self):
        evil = "\x1b]0;owned\x07\x1b[2J"
        shown = self.at_terminal("grant", evil, "5", NO_COLOR="1")
        self.assertNotIn("\x1b", shown)
        self.assertIn("\\x1b[2J", shown)


class Unreachable(CtlTest):
    def setUp(self):
        self.path = os.path.join(self.new_directory(), "admin.sock")

    def serve(self, answer):
        """A socket that reads one request, sends `answer` and closes."""
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(self.path)
        listener.listen()

        def one():
            peer, _ = listener.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(answer)
        thread = threading.Thread(target=one)
        thread.start()
        self.addCleanup(thread.join)

    def test_a_missing_daemon_exits_with_3(self):
        done = self.ctl("grant", "user_1", "5", exit_code=UNREACHABLE)
        self.assertIn(self.path, done.stderr)
        self.assertNotIn("is safe", done.stderr, "nothing was sent")
        self.assertIn("too long", self.ctl("balance", "u", "--socket", "/x" * 99, exit_code=UNREACHABLE).stderr)

    def assert_same_again_is_offered(self, answer):
        self.serve(answer)
        done = self.ctl("grant", "it's me", "5", exit_code=UNREACHABLE)
        key = UUID4.search(done.stderr).group(1)
        self.assertIn(f"grant 'it'\\''s me' 5 --key {key}", done.stderr)

    def test_a_connection_that_breaks_offers_the_same_command_with_its_key(self):
        self.assert_same_again_is_offered(b"HTTP/1.1 200 OK\r\nContent-Le")

    def test_a_503_offers_the_same_command_with_its_key(self):
        body = b'{"type":"unavailable","title":"The ledger cannot answer now","status":503,"detail":"Again."}'
        self.assert_same_again_is_offered(
            b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    def test_an_answer_that_is_not_http_exits_with_3(self):
        self.serve(b"SSH-2.0-OpenSSH\r\n\r\n")
        self.ctl("grant", "user_1", "5", exit_code=UNREACHABLE)


if __name__ == "__main__":
    unittest.main()
