"""Stripe's official SDK signs and the daemon verifies: both agree on the signed bytes.

Needs node and the packages of package-lock.json; TOKENLEDGER_TEST_NPM=1 lets the test run `npm ci`.
"""

import os
import re
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "system"))

from harness import SystemTest  # noqa: E402  the harness lives beside
from daemon_process import endpoint  # noqa: E402
from stripe_events import SECRET, dump, purchase  # noqa: E402

NODE, NPM = shutil.which("node"), shutil.which("npm")


def reason_to_skip():
    """Why the SDK cannot be used here; None if it can."""
    if not NODE:
        return "node is not installed"
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, timeout=30, check=False)
    if int(re.match(r"v(\d+)|", version.stdout).group(1) or 0) < 20:
        return f"the SDK needs node 20, here is {version.stdout.strip()}"
    if os.path.isdir(os.path.join(HERE, "node_modules", "stripe")):
        return None
    if os.environ.get("TOKENLEDGER_TEST_NPM") != "1":
        return "tests/sdk/node_modules is missing; `npm ci` makes it, or TOKENLEDGER_TEST_NPM=1"
    if not NPM:
        return "npm is not installed"
    done = subprocess.run([NPM, "ci", "--silent"], cwd=HERE, capture_output=True, text=True,
                          timeout=300, check=False)
    return None if done.returncode == 0 else f"npm ci failed: {done.stderr.strip()[-300:]}"


SKIP = reason_to_skip()


@unittest.skipIf(SKIP, SKIP)
class OfficialSdk(SystemTest):
    def sign(self, body, secret=SECRET):
        done = subprocess.run([NODE, "sign.mjs", secret], cwd=HERE, input=body, capture_output=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode().strip()

    def post(self, daemon, body, header):
        with daemon.connect() as connection:
            return connection.request(headers=[("Stripe-Signature", header)], body=body)

    def test_an_event_that_the_sdk_signs_is_applied(self):
        daemon = self.start()
        bought = purchase("user_1")
        body = dump(bought)
        self.assert_reply(self.post(daemon, body, self.sign(body)), 200, "applied", bought)

    def test_an_event_that_the_sdk_signs_with_another_secret_is_rejected(self):
        daemon = self.start(endpoints=[endpoint(secrets=["whsec_mine"])])
        body = dump(purchase())
        self.assert_reply(self.post(daemon, body, self.sign(body)), 400, "rejected")
        self.assert_reply(self.post(daemon, body + b" ", self.sign(body, "whsec_mine")), 400, "rejected")
        self.assertEqual(self.post(daemon, body, self.sign(body, "whsec_mine")).status, 200)


if __name__ == "__main__":
    unittest.main()
