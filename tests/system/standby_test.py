"""Everything answered 2xx is on the synchronous standby, also if the answer is that of an earlier commit."""

import threading
import unittest

from admin_client import AdminTest
from daemon_process import CATALOG, run, write_config
from standby import Pair
from stripe_events import event, ours, payment_intent, purchase

LIMITS = "\n[admin]\nrequest_timeout_ms = 800\n"
GRANT = {"user_id": "alice", "tokens": 5}
USAGE = {"user_id": "alice", "action_type": "chat", "tokens_used": 7}


class Standby(AdminTest):
    def setUp(self):
        self.pair = Pair()
        self.addCleanup(self.pair.destroy)
        self.primary, self.standby = self.pair.primary, self.pair.standby
        roles = self.primary.separate_roles()
        done = run("migrate", "--config", write_config(self.new_directory(), self.primary.url, database=roles))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.until(self.pair.in_step, "the standby is a synchronous one")
        self.start_admin(on=self.primary, catalog=CATALOG + LIMITS, webhook={"request_timeout_ms": 800},
                         database={**roles, "statement_timeout_ms": 1500, "connect_timeout_ms": 500, "connections": 6})
        self.assertEqual(self.primary.rows("SELECT DISTINCT usename FROM pg_stat_activity "
                                           "WHERE datname = 'ledger' AND pid <> pg_backend_pid()"),
                         [{"usename": "tokenledger_daemon"}])
        self.acknowledged = set()

    # By name: requests that can be repeated, with the same key or id every time.
    def sendings(self, name):
        bought = purchase(f"buyer_{name}")
        parked = event("payment_intent.succeeded", payment_intent(metadata=ours("bob", pack="nowhere")))
        uncredited = event("payment_intent.created", payment_intent("payment_intent.created"))
        return {
            f"purchase {bought['id']}": lambda: self.daemon.post(bought),
            f"parked {parked['id']}": lambda: self.daemon.post(parked),
            f"ignored {uncredited['id']}": lambda: self.daemon.post(uncredited),
            f"grant key_{name}": lambda: self.admin.post("/v1/grants", GRANT, f"key_{name}"),
            f"usage req_{name}": lambda: self.admin.post("/v1/usage", {**USAGE, "request_id": f"req_{name}"}),
        }

    def send(self, name, sending):
        """Sends, records an acknowledgement, and returns the status."""
        status = sending().status
        if status == 200:
            self.acknowledged.add(name)
        return status

    def acknowledge(self, sendings):
        for name, sending in sendings.items():
            self.until(lambda name=name, sending=sending: self.send(name, sending) == 200, f"{name} is acknowledged")

    def send_while(self, trouble, name, sending):
        """Sends, calls `trouble` when the COMMIT waits for the standby, and returns the status of the answer."""
        answers = []
        sender = threading.Thread(target=lambda: answers.append(self.send(name, sending)))
        before = self.primary.waiting_for_standby()
        sender.start()
        self.until(lambda: self.primary.waiting_for_standby() > before, "a COMMIT waits for the standby")
        trouble()
        sender.join(20)
        self.assertFalse(sender.is_alive(), "no answer")
        return answers[0]

    def stored(self, site):
        return {f"{each['kind']} {each['id']}" for each in site.rows(
            "SELECT CASE WHEN event_type LIKE '%created' THEN 'ignored' WHEN result = 'applied' THEN 'purchase' "
            "ELSE result END AS kind, event_id AS id FROM tokenledger.stripe_events "
            "UNION ALL SELECT 'grant', idempotency_key FROM tokenledger.token_transactions WHERE source = 'admin' "
            "UNION ALL SELECT 'usage', request_id FROM tokenledger.token_usage")}

    def restart_the_primary(self):
        self.primary.stop("immediate")
        self.primary.start()

    def hold_the_standby(self, trouble):
        """Sends everything, which is committed on the primary only, and returns it."""
        held = self.sendings("held")
        for name, sending in held.items():
            with self.subTest(name=name):
                self.assertEqual(self.send_while(trouble, name, sending), 503)
                self.assertIn(name, self.stored(self.primary), "committed on the primary, so that it is found again")
                self.assertEqual(self.send(name, sending), 503, "sent again while the standby is away")
        return held

    def fail_over(self):
        self.primary.stop("immediate")
        self.standby.promote()
        self.assertLessEqual(self.acknowledged, self.stored(self.standby), "answered 2xx, but lost in the failover")

    def test_a_commit_that_the_standby_never_received_is_not_acknowledged_on_any_attempt(self):
        self.acknowledge(self.sendings("early"))
        self.standby.stop()
        held = self.hold_the_standby(self.primary.cancel_the_waits)
        self.fail_over()
        self.assertEqual(self.stored(self.standby) & set(held), set(), "the standby has received some of it")

    def test_once_the_standby_is_back_everything_is_acknowledged_and_survives_a_failover(self):
        self.standby.stop()
        held = self.hold_the_standby(self.restart_the_primary)
        self.standby.start()
        self.until(self.pair.in_step, "the standby is back")
        self.acknowledge(held)
        self.standby.stop()
        self.fail_over()
        self.assertLessEqual(set(held), self.acknowledged)


if __name__ == "__main__":
    unittest.main()
