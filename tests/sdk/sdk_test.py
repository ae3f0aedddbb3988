"""Stripe's official SDK signs and the daemon verifies: both agree on the signed bytes.

Needs node and the packages of package-lock.json; TOKENLEDGER_TEST_NPM=1 lets the test run `npm ci`.
"""

import subprocess
import unittest

from packages import HERE, NODE, SKIP

from harness import SystemTest
from daemon_process import endpoint
from stripe_events import SECRET, dump, purchase


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
