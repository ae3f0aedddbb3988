"""The client that the log names for a refused request: the peer, or the address from a trusted proxy."""

from harness import SystemTest
from stripe_events import purchase

FORGED = "whsec_" + "f" * 24


class ClientAddress(SystemTest):
    def refuse(self, daemon, forwarded):
        """Posts two requests, of which one is refused after and one before its body is read."""
        headers = [("X-Forwarded-For", forwarded)]
        self.assertEqual(daemon.post(purchase(), secrets=(FORGED,), headers=headers).status, 400)
        self.assertEqual(daemon.post(purchase(), path="/elsewhere", headers=headers).status, 404)

    def test_the_forwarded_address_of_a_trusted_proxy_is_logged(self):
        daemon = self.start(webhook={"trusted_proxies": ["127.0.0.1", "10.0.0.2"]})
        self.refuse(daemon, "6.6.6.6, 192.0.2.7, 10.0.0.2")
        daemon.wait_for_line(r"rejected reason=no_match client=192\.0\.2\.7 ")
        daemon.wait_for_line(r"rejected reason=not_found client=192\.0\.2\.7 ")

    def test_the_forwarded_address_of_any_other_peer_is_ignored(self):
        daemon = self.start()
        self.refuse(daemon, "192.0.2.7")
        daemon.wait_for_line(r"rejected reason=no_match client=127\.0\.0\.1 ")
        daemon.wait_for_line(r"rejected reason=not_found client=127\.0\.0\.1 ")
