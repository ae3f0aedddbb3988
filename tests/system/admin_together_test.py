"""Many clients of the admin socket at once, and clients that disconnect without reading the answer."""

import json
import unittest

import ledger_rows
from admin_calls import TRANSFER
from admin_client import AdminTest
from load import all_at_once
from wire import Connection, request_bytes


class Killed(AdminTest):
    def test_a_request_of_a_client_that_disconnects_is_applied_completely_or_not_at_all(self):
        self.start_admin()
        self.admin.grant("user_1", 1000)
        self.admin.grant("user_2", 1000)
        for number in range(40):
            body = json.dumps({"items": [{"operation": "transfer", **TRANSFER, "tokens": 1},
                                         {"operation": "deduction", "user_id": "user_2", "tokens": 1}]}).encode()
            whole = request_bytes("/v1/batch", [("Idempotency-Key", f"k{number}")], body)
            with Connection(self.path) as connection:
                connection.send(whole[:len(whole) - number % 4])  # one in four is complete; none reads the answer
        # A complete request may have been applied; sending its key again shows that, and applies it only once.
        for number in range(40):
            answer = self.admin.post("/v1/batch", body, f"k{number}")
            self.assertEqual(answer.status, 200)
            self.assertIn(answer.header("Idempotency-Replayed"), (None, "true"))
            if number % 4:
                self.assertIsNone(answer.header("Idempotency-Replayed"))
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 960, "user_2": 1000})
        self.assert_sound()


class Together(AdminTest):
    CLIENTS = 32

    def test_32_clients_deduct_from_one_account_and_never_below_zero(self):
        self.start_admin()
        self.admin.grant("user_1", 1000)
        rounds, tokens = 6, 7

        def client(number):
            def deduct():
                return [self.admin.post("/v1/deductions", {"user_id": "user_1", "tokens": tokens},
                                        f"{number}-{round_}").status for round_ in range(rounds)]
            return deduct

        answers = [status for told in all_at_once([client(number) for number in range(self.CLIENTS)])
                   for status in told]
        self.assertEqual(len(answers), self.CLIENTS * rounds)
        self.assertEqual(answers.count(200), 1000 // tokens)
        self.assertEqual(answers.count(409), len(answers) - 1000 // tokens)
        self.assertEqual(self.admin.balance("user_1"), 1000 % tokens)
        self.assertTrue(all(row["balance_after"] >= 0 for row in ledger_rows.transactions(self.database)))
        self.assert_sound()

    def test_32_clients_that_send_one_key_deduct_once(self):
        self.start_admin()
        self.admin.grant("user_1", 1000)
        body = {"user_id": "user_1", "tokens": 7}
        answers = all_at_once([lambda: self.admin.post("/v1/deductions", body, "one")] * self.CLIENTS)
        self.assertEqual([answer.status for answer in answers], [200] * self.CLIENTS)
        replayed = [answer.header("Idempotency-Replayed") for answer in answers]
        self.assertEqual(replayed.count(None), 1)
        self.assertEqual(self.admin.balance("user_1"), 993)

    def test_concurrent_transfers_in_a_ring_keep_the_sum_of_the_balances(self):
        self.start_admin()
        users = [f"user_{number}" for number in range(8)]
        for user in users:
            self.admin.grant(user, 20)

        def client(number):
            def transfer():
                return [self.admin.post("/v1/transfers", {"from": users[(number + step) % 8], "tokens": 9,
                                                          "to": users[(number * 3 + step + 1) % 8]}).status
                        for step in range(5)]
            return transfer

        answers = [status for told in all_at_once([client(number) for number in range(self.CLIENTS)])
                   for status in told]
        self.assertLessEqual(set(answers), {200, 409, 422})
        balances = ledger_rows.balances(self.database)
        self.assertEqual(sum(balances.values()), 8 * 20)
        self.assertGreaterEqual(min(balances.values()), 0)
        self.assert_sound()


if __name__ == "__main__":
    unittest.main()
