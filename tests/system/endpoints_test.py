"""Over HTTP: one event at several endpoints, accounts in `context`, and payments above the price."""

import unittest

from admin_client import AdminTest
from daemon_process import endpoint
from stripe_events import SECRET, event, intent_id_of, ours, payment_intent, refund_event

OTHER = "whsec_" + "other" * 7
LISTED = "acct_1032D82eZvKYlo2C"
CATALOGS = """
[catalog]
[[catalog.pack]]
id = "starter"
tokens = 2000
prices = { usd = 1999, eur = 1899 }
[catalog.partners]
[[catalog.partners.pack]]
id = "starter"
tokens = 1000
prices = { usd = 999 }
[catalog.empty]
[[catalog.empty.pack]]
id = "another"
tokens = 1
prices = { usd = 1 }
"""


class Endpoints(AdminTest):
    def setUp(self):
        super().setUp()
        self.start_admin(catalog=CATALOGS, endpoints=[
            endpoint("/stripe/test", livemode=False), endpoint("/stripe/live"),
            endpoint("/stripe/connect", livemode=False, accounts=[LISTED], catalog="partners"),
            endpoint("/stripe/lacking", secrets=(OTHER,), catalog="empty")])

    def post(self, body, path, secret=SECRET):
        answer = self.daemon.post(body, path=path, secrets=(secret,))
        self.assertEqual(answer.status, 200, answer)
        told = answer.json()
        return " ".join(filter(None, (told["result"], told.get("reason"))))

    def balance(self, user):
        answer = self.admin.get(f"/v1/accounts/{user}")
        return answer.json()["balance"] if answer.status == 200 else None

    def bought(self, amount=1999, *, livemode=True, pack="starter", **changes):
        return event("payment_intent.succeeded", payment_intent(amount=amount, metadata=ours("user_1", pack=pack)),
                     livemode=livemode, **changes)

    def test_a_payment_parked_by_one_endpoint_can_be_credited_by_another_and_is_proven(self):
        bought = self.bought()
        self.assertEqual(self.post(bought, "/stripe/lacking", OTHER), "parked unknown_pack")
        self.assertEqual(self.post(bought, "/stripe/lacking", OTHER), "duplicate")
        self.assertEqual(self.post(bought, "/stripe/live"), "applied")
        for path, secret in (("/stripe/lacking", OTHER), ("/stripe/live", SECRET)):
            self.assertEqual(self.post(bought, path, secret), "duplicate")
        self.assertEqual(self.balance("user_1"), 2000)
        row = self.admin.get(f"/v1/events/{bought['id']}").json()
        self.assertEqual((row["result"], row["endpoint"], row.get("reason")), ("applied", "/stripe/live", None))
        # The bytes are those of the first delivery, signed for the other endpoint.
        told = self.admin.get(f"/v1/payments/{intent_id_of(bought)}/prove").json()
        self.assertEqual((told["result"], told["events"][0]["result"]), ("verified", "verified"))
        self.assertIn("another endpoint", told["events"][0]["detail"])
        self.assertEqual(self.admin.get("/v1/events?result=parked").json()["rows"], [])

    def test_a_dismissed_event_is_not_credited_by_another_endpoint(self):
        bought = self.bought()
        self.assertEqual(self.post(bought, "/stripe/test"), "parked livemode_mismatch")
        self.admin.grant("user_1", 2000)
        answer = self.admin.post(f"/v1/events/{bought['id']}/dismiss", {"reason": "granted by hand"}, "key_1")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.post(bought, "/stripe/live"), "duplicate")
        self.assertEqual(self.balance("user_1"), 2000)

    def test_one_payment_id_in_both_modes_is_credited_once_and_parked_once(self):
        live = self.bought()
        test = self.bought(livemode=False)
        test["data"]["object"]["id"] = intent_id_of(live)
        self.assertEqual(self.post(test, "/stripe/test"), "applied")
        self.assertEqual(self.post(live, "/stripe/live"), "parked livemode_mismatch")
        refund = refund_event(payment_intent_id=intent_id_of(live), amount=1999)
        self.assertEqual(self.post(refund, "/stripe/live"), "parked livemode_mismatch")
        self.assertEqual(self.balance("user_1"), 2000)

    def test_the_account_in_a_context_must_be_listed_and_is_stored(self):
        for context, answer in ((LISTED, "applied"), (f"acct_org/{LISTED}", "applied"),
                                ("acct_9", "ignored account_mismatch"),
                                (f"{LISTED}/acct_9", "ignored account_mismatch"), ("org_1", "parked bad_payload")):
            with self.subTest(context):
                bought = self.bought(999, livemode=False, context=context)
                self.assertEqual(self.post(bought, "/stripe/connect"), answer)
                if answer == "applied":
                    self.assertEqual(self.admin.get(f"/v1/events/{bought['id']}").json()["account"], LISTED)
        both = self.bought(999, livemode=False, context="acct_9", account=LISTED)
        self.assertEqual(self.post(both, "/stripe/connect"), "parked account_mismatch")
        self.assertEqual(self.post(self.bought(livemode=False, context="acct_9"), "/stripe/test"),
                         "ignored account_mismatch")

    def test_a_payment_far_above_the_price_is_parked_and_can_be_assigned(self):
        bought = self.bought(3 * 1999)
        self.assertEqual(self.post(bought, "/stripe/live"), "parked amount_mismatch")
        self.assertIsNone(self.balance("user_1"))
        self.assertEqual(self.post(self.bought(2 * 1999 - 1), "/stripe/live"), "applied")  # tax
        answer = self.admin.post(f"/v1/events/{bought['id']}/assign",
                                 {"user_id": "user_1", "tokens": 6000, "reason": "three at Checkout"}, "key_1")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.balance("user_1"), 8000)


if __name__ == "__main__":
    unittest.main()
