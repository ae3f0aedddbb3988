"""The operators' actions on events over the admin socket: retry, dismiss, assign."""

import os
import unittest

import ledger_rows
from admin_client import AdminTest, Client
from stripe_events import event, ours, payment_intent, purchase

LATER = """
[[catalog.pack]]
id = "later"
tokens = 700
prices = { usd = 999 }
"""


def parked_purchase(**metadata):
    return event("payment_intent.succeeded", payment_intent(metadata={**ours("user_1"), **metadata}))


class Events(AdminTest):
    def setUp(self):
        self.app = Client(f"{self.new_directory()}/app.sock")
        self.start_admin([{"socket": self.app.socket, "permits": ["read", "usage", "money"]}])

    def park(self, **metadata):
        posted = parked_purchase(**metadata)
        self.assertEqual(self.daemon.post(posted).json()["result"], "parked")
        return posted

    def act(self, what, posted, body=None, key=None):
        event_id = posted["id"] if isinstance(posted, dict) else posted
        return self.admin.post(f"/v1/events/{event_id}/{what}", b"" if body is None else body, key)

    def assert_told(self, answer, result, *tokens, replayed=False):
        self.assertEqual(answer.status, 200, answer)
        told = answer.json()
        self.assertEqual((told["result"], [row["token_amount"] for row in told["transactions"]]),
                         (result, list(tokens)))
        self.assertEqual(answer.header("Idempotency-Replayed"), "true" if replayed else None)

    def result_of(self, posted):
        return self.admin.get(f"/v1/events/{posted['id']}").json()["result"]

    def mend(self):
        """Adds the missing pack to the catalogue and reloads."""
        with open(self.config, "a", encoding="utf-8") as file:
            file.write(LATER)
        self.assertIn("reloaded", self.daemon.reload())

    def test_a_retry_credits_the_payment_after_the_catalogue_has_its_pack(self):
        posted = self.park(token_pack="later")
        self.assert_problem(self.act("retry", posted, key="again"), 409, "still_parked", reason="unknown_pack")
        self.assertEqual(self.result_of(posted), "parked")
        self.mend()
        self.assert_told(self.act("retry", posted, key="again"), "applied", 700)
        self.assert_told(self.act("retry", posted, {}, key="again"), "applied", 700, replayed=True)
        self.assert_problem(self.act("retry", posted), 409, "event_settled")
        self.assertEqual(self.result_of(posted), "applied")
        self.assertEqual(self.admin.balance("user_1"), 700)
        self.assertEqual(self.admin.get("/v1/events?result=parked").json()["rows"], [])
        self.assert_sound()

    def test_a_dismissed_event_moves_nothing_and_cannot_be_dismissed_again(self):
        posted = self.park(token_pack="later")
        self.assert_told(self.act("dismiss", posted, {"reason": "a test of ours"}, "k"), "dismissed")
        self.assert_told(self.act("dismiss", posted, {"reason": "a test of ours"}, "k"), "dismissed", replayed=True)
        self.assert_problem(self.act("dismiss", posted, {"reason": "another"}, "k"), 422, "key_reused")
        self.assert_problem(self.act("dismiss", posted, {"reason": "again"}), 409, "event_settled")
        self.assertEqual(self.result_of(posted), "dismissed")
        self.assert_no_transactions()

    def test_an_assignment_records_the_amount_paid_the_reason_and_the_uid_of_the_caller(self):
        posted = self.park(user_id="", token_pack="starter")
        body = {"user_id": "user_9", "tokens": 12345, "reason": "told by mail"}
        self.assert_told(self.act("assign", posted, body, "k"), "applied", 12345)
        self.assert_told(self.act("assign", posted, body, "k"), "applied", 12345, replayed=True)
        row, = ledger_rows.transactions(self.database)
        self.assertEqual((row["user_id"], row["transaction_type"], row["source"], row["amount_paid_cents"],
                          row["currency"], row["actor"], row["reason"]),
                         ("user_9", "purchase", "stripe", 999, "usd", os.getuid(), "told by mail"))
        self.assert_problem(self.act("assign", posted, body), 409, "event_settled")
        self.assert_sound()

    def test_a_payment_with_an_owner_cannot_be_assigned_to_another_user(self):
        bought = purchase("user_1")
        self.daemon.post(bought)
        intent = payment_intent(metadata=ours("user_2"))
        other = event("payment_intent.succeeded", {**intent, "id": bought["data"]["object"]["id"]})
        self.assertEqual(self.daemon.post(other).json()["reason"], "owner_mismatch")
        answer = self.act("assign", other, {"user_id": "user_2", "tokens": 5})
        self.assert_problem(answer, 409, "payment_has_owner")
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 100000})

    def test_actions_on_settled_or_unknown_events_or_without_a_permit_or_key_are_refused(self):
        bought = purchase("user_1")
        self.daemon.post(bought)
        bodies = {"retry": {}, "dismiss": {"reason": "r"}, "assign": {"user_id": "u", "tokens": 1}}
        for what, body in bodies.items():
            with self.subTest(what=what):
                self.assert_problem(self.act(what, bought, body), 409, "event_settled")
                self.assert_problem(self.act(what, "evt_none", body), 404, "unknown_event")
                target = f"/v1/events/{bought['id']}/{what}"
                self.assert_problem(self.app.post(target, body), 403, "permit_missing")
                self.assert_problem(self.admin.get(target), 405, "method_not_allowed")
                self.assert_problem(self.admin.send("POST", target, body), 400, "idempotency_key_missing")

    def test_actions_with_invalid_bodies_are_refused_and_the_event_stays_parked(self):
        posted = self.park(token_pack="later")
        for what, body, status, slug, members in (
                ("retry", {"force": True}, 422, "unknown_field", {"field": "force"}),
                ("retry", b"[]", 400, "malformed_json", {}),
                ("dismiss", b"", 400, "malformed_json", {}),
                ("dismiss", {}, 422, "missing_field", {"field": "reason"}),
                ("dismiss", {"reason": ""}, 422, "invalid_field", {"field": "reason"}),
                ("dismiss", {"raeson": "r"}, 422, "unknown_field", {"nearest": "reason"}),
                ("assign", {"user_id": "u"}, 422, "missing_field", {"field": "tokens"}),
                ("assign", {"user_id": "u", "tokens": 1.5}, 422, "invalid_field", {"field": "tokens"}),
                ("assign", {"user_id": "u", "tokens": 2**63}, 422, "invalid_field", {"field": "tokens"}),
                ("assign", {"user_id": "u", "tokens": 10_000_001}, 422, "token_limit", {})):
            with self.subTest(what=what, body=body):
                self.assert_problem(self.act(what, posted, body), status, slug, **members)
        self.assertEqual(self.result_of(posted), "parked")


if __name__ == "__main__":
    unittest.main()
