"""tools/make-event, sign-event and send-event, used as in a trial."""

import os
import pathlib
import subprocess
import unittest

import ctl
from daemon_process import PATH, endpoint
from harness import SystemTest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"


def run_tool(name, *arguments):
    kept = {key: value for key, value in os.environ.items() if key != "TOKENLEDGER_DEMO_DIR"}
    return subprocess.run([TOOLS / name, *arguments], capture_output=True, text=True, timeout=60, check=False,
                          env={**kept, "TOKENLEDGER_DEMO_DIR": "/nonexistent"})


class Tools(SystemTest):

    def send(self, daemon, *arguments):
        return run_tool("send-event", *arguments, "--url", f"http://127.0.0.1:{daemon.port}{PATH}",
                        "--secret-file", os.path.join(os.path.dirname(self.config), "secret-0-0"))

    def test_a_test_event_at_a_live_endpoint_fails_and_the_tool_suggests_livemode(self):
        done = self.send(self.start(), "--user", "user_1")
        self.assertEqual(done.returncode, 1)
        self.assertIn('"reason":"livemode_mismatch"', done.stdout)
        self.assertIn("--livemode", done.stderr)

    def test_a_live_payment_and_its_refund_are_applied_at_a_live_endpoint(self):
        daemon = self.start()
        for arguments in (["--user", "user_1", "--amount", "999"], ["--refund", "333"]):
            done = self.send(daemon, *arguments, "--livemode", "--payment-intent", "pi_1")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn('"result":"applied"', done.stdout)
        self.assertEqual(self.database.sql("SELECT balance FROM tokenledger.token_accounts"), "66667")

    def test_a_test_payment_is_applied_at_a_test_endpoint(self):
        done = self.send(self.start(endpoints=[endpoint(livemode=False)]), "--user", "user_1")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_refund_without_a_payment_intent_is_a_usage_error(self):
        done = run_tool("make-event", "--refund", "333")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--payment-intent", done.stderr)

    def test_every_tool_that_signs_takes_the_secret_by_the_same_option(self):
        for text in (run_tool("sign-event", "--help").stdout, run_tool("send-event", "--help").stdout,
                     ctl.help_of("send")):
            self.assertIn("--secret-file ", text)


if __name__ == "__main__":
    unittest.main()
