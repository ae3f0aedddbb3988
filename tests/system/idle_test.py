"""The memory of an idle connection, measured with a thousand that have been served and stay open."""

import resource
import sys
import unittest

from counts import sanitized
from daemon_process import signed_request
from harness import SystemTest
from stripe_events import purchase

CONNECTIONS = 1000
TOGETHER = 64  # requests in flight at one time
OTHER_DESCRIPTORS = 200
# Resident memory per connection: 1.5 times what was measured. A read buffer that is kept would alone be 16384.
MOST_BYTES = 5400
# A connection has a socket, a coroutine and a timer in the daemon's memory: less than this is a measuring error.
LEAST_BYTES = 100


def resident_bytes(process):
    with open(f"/proc/{process.pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


@unittest.skipIf(sanitized(), "a sanitizer keeps memory of its own for what the daemon allocates")
class Idle(SystemTest):
    def connect_and_post(self, daemon, number, event):
        """`number` connections, each of them served once and left open."""
        connections = []
        for first in range(0, number, TOGETHER):
            wave = [daemon.connect() for _ in range(min(TOGETHER, number - first))]
            for connection in wave:
                self.addCleanup(connection.close)
                connection.send(signed_request(event))
            for connection in wave:
                self.assertEqual(connection.read().json()["result"], "duplicate")
            connections += wave
        return connections

    def test_an_idle_connection_holds_no_buffer(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        needed = CONNECTIONS + OTHER_DESCRIPTORS
        if hard != resource.RLIM_INFINITY and hard < needed:
            self.skipTest(f"{needed} open files are needed, {hard} allowed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

        daemon, bought = self.start(), purchase()
        self.assert_reply(daemon.post(bought), 200, "applied", bought)
        for _ in range(5):
            self.connect_and_post(daemon, TOGETHER, bought)
        before = resident_bytes(daemon.process)
        idle = self.connect_and_post(daemon, CONNECTIONS, bought)
        # One thread serves all connections: when it answers this request it has finished all before.
        self.assert_reply(daemon.post(bought), 200, "duplicate", bought)
        each = (resident_bytes(daemon.process) - before) / CONNECTIONS
        print(f"\nresident: {before / 1e6:.1f} MB before, {each:.0f} bytes an idle connection", file=sys.stderr)
        self.assertGreater(each, LEAST_BYTES, "nothing was measured")
        self.assertLess(each, MOST_BYTES, "an idle connection holds more than it needs")
        # The connections are idle, not closed.
        for connection in idle[::100]:
            connection.send(signed_request(bought))
            self.assert_reply(connection.read(), 200, "duplicate", bought)


if __name__ == "__main__":
    unittest.main()
