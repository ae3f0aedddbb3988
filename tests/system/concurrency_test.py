"""Concurrent deliveries: one effect per payment, through either daemon and however often."""

import unittest

import ledger_rows
from daemon_process import signed_request
from harness import SystemTest
from load import TOGETHER_S, all_at_once
from stripe_events import event, ours, payment_intent, purchase


class Concurrency(SystemTest):
    def setUp(self):
        self.one = self.start()
        self.other = self.start(self.database)

    def post_all_at_once(self, deliveries):
        """`deliveries`: (daemon, event). Opens all connections first, then sends all at once."""
        connections = [daemon.connect(timeout=TOGETHER_S) for daemon, _ in deliveries]
        for connection in connections:
            self.addCleanup(connection.close)

        def job(connection, request):
            def deliver():
                connection.send(request)
                return connection.read()
            return deliver

        requests = [signed_request(posted) for _, posted in deliveries]
        answers = all_at_once([job(*pair) for pair in zip(connections, requests)])
        for answer in answers:
            self.assertEqual(getattr(answer, "status", answer), 200)
        return [answer.json()["result"] for answer in answers]

    def assert_one_applied(self, results):
        self.assertEqual(sorted(results), ["applied"] + ["duplicate"] * (len(results) - 1))

    def test_one_event_64_times_at_once_is_applied_once(self):
        for _ in range(3):
            bought = purchase("user_1")
            self.assert_one_applied(self.post_all_at_once([(self.one, bought)] * 64))
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 300000})
        self.assert_sound()

    def test_one_event_through_two_daemons_is_applied_once(self):
        for round_ in range(1, 6):
            bought = purchase("user_1")
            deliveries = [(self.one, bought), (self.other, bought)] * 16
            self.assert_one_applied(self.post_all_at_once(deliveries))
            self.assertEqual(ledger_rows.balances(self.database), {"user_1": round_ * 100000})
        self.assert_sound()

    def test_many_event_ids_of_one_payment_are_applied_once(self):
        for round_ in range(1, 6):
            intent = payment_intent(metadata=ours("user_1"))
            deliveries = [(daemon, event("payment_intent.succeeded", intent))
                          for daemon in (self.one, self.other) for _ in range(16)]
            self.assert_one_applied(self.post_all_at_once(deliveries))
            self.assertEqual(ledger_rows.balances(self.database), {"user_1": round_ * 100000})
        self.assertEqual(len(ledger_rows.events(self.database)), 5 * 32)
        self.assert_sound()

    def claim_by_two_users(self, intents):
        """Delivers each payment for one user to one daemon and for another user to the other, all at once."""
        deliveries = [(daemon, event("payment_intent.succeeded", dict(intent, metadata=ours(user))))
                      for intent in intents
                      for daemon, user in ((self.one, "user_1"), (self.other, "user_2"))]
        results = self.post_all_at_once(deliveries)
        self.assertEqual(sorted(results), ["applied"] * len(intents) + ["parked"] * len(intents))
        self.assertEqual(sum(ledger_rows.balances(self.database).values()), 100000 * len(intents))
        self.assert_sound()

    def test_two_users_of_one_payment_are_never_both_credited(self):
        self.claim_by_two_users([payment_intent() for _ in range(16)])

    def test_two_users_of_one_parked_payment_are_never_both_credited(self):
        intents = [payment_intent() for _ in range(16)]
        for intent in intents:
            known = event("payment_intent.succeeded", dict(intent, metadata=ours(pack="nowhere")))
            self.assertEqual(self.one.post(known).json()["result"], "parked")
        self.claim_by_two_users(intents)

    def test_a_hot_account_through_two_daemons_is_a_gapless_chain(self):
        def buyer(daemon, count):
            def buy():
                results = []
                with daemon.connect(timeout=TOGETHER_S) as connection:
                    for _ in range(count):
                        connection.send(signed_request(purchase("hot")))
                        results.append(connection.read().json()["result"])
                return results
            return buy

        answers = all_at_once([buyer(daemon, 25) for daemon in (self.one, self.other) * 8])
        self.assertEqual(answers, [["applied"] * 25] * 16)
        self.assertEqual(ledger_rows.balances(self.database), {"hot": 400 * 100000})
        self.assertEqual([row["sequence"] for row in ledger_rows.transactions(self.database, "hot")],
                         list(range(1, 401)))
        self.assert_sound()

    def test_concurrent_purchases_of_several_users_do_not_deadlock(self):
        deliveries = [(daemon, purchase(f"user_{number % 7}"))
                      for number in range(48) for daemon in (self.one, self.other)]
        self.assertEqual(self.post_all_at_once(deliveries), ["applied"] * 96)
        self.assert_sound()


if __name__ == "__main__":
    unittest.main()
