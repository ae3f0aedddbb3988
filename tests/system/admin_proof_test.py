"""Over the admin socket: proofs of payments, `verify` of the books, actions on events and their expiry."""

from admin_client import AdminTest, Client
from daemon_process import endpoint
from stripe_events import SECRET, charge_event, event, intent_id_of, ours, payment_intent, purchase

OLD = "whsec_" + "old" * 12


def refund_of(bought, cents):
    return charge_event(payment_intent_id=intent_id_of(bought), amount_refunded=cents)


class Proof(AdminTest):
    def prove(self, bought, admin=None):
        answer = (admin or self.admin).get(f"/v1/payments/{intent_id_of(bought)}/prove")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def results(self, told):
        return [each["result"] for each in told["events"]]

    def buy(self, refunded=0, secret=SECRET):
        bought = purchase("user_1")
        self.assertEqual(self.daemon.post(bought, secrets=(secret,)).json()["result"], "applied")
        if refunded:
            refund = refund_of(bought, refunded)
            self.assertEqual(self.daemon.post(refund, secrets=(secret,)).json()["result"], "applied")
        return bought

    def test_a_payment_whose_evidence_and_rows_agree_is_verified(self):
        self.start_admin()
        told = self.prove(self.buy(refunded=333))
        self.assertEqual((told["result"], self.results(told), told["faults"]),
                         ("verified", ["verified", "verified"], []))

    def test_a_changed_row_is_a_mismatch_that_names_the_expected_and_the_found_value(self):
        self.start_admin()
        bought = self.buy()
        self.database.sql("UPDATE tokenledger.payments SET tokens = 200000")
        told = self.prove(bought)
        self.assertEqual((told["result"], self.results(told)), ("mismatch", ["verified"]))
        self.assertEqual(told["faults"], ["tokens of the purchase: expected 200000, found 100000"])

    def test_evidence_of_another_event_is_a_mismatch(self):
        self.start_admin()
        bought, other = self.buy(), self.buy()
        self.database.sql("ALTER TABLE tokenledger.stripe_events DISABLE TRIGGER ALL")
        self.database.sql(f"UPDATE tokenledger.stripe_events SET evidence = (SELECT evidence FROM "
                          f"tokenledger.stripe_events WHERE event_id = '{other['id']}') "
                          f"WHERE event_id = '{bought['id']}'")
        told = self.prove(bought)
        self.assertEqual((told["result"], self.results(told)), ("mismatch", ["mismatch"]))
        self.assertIn(other["id"], told["events"][0]["detail"])

    def test_an_event_of_a_retired_secret_is_a_mismatch_only_after_events_of_the_current_one(self):
        self.start_admin(endpoints=[endpoint(secrets=(OLD, SECRET))])
        before = self.buy(secret=OLD)
        after = self.buy()
        later = self.buy(secret=OLD)
        self.assertEqual(self.prove(before)["result"], "verified")
        self.stop(self.daemon)
        # Without the old secret `before` can be neither verified nor refuted. `later` is refuted: it came after
        # an event of the current secret, and Stripe does not go back to an older one.
        database = self.database
        directory = self.new_directory()
        self.start(on=database, admin=[{"socket": f"{directory}/admin.sock"}], endpoints=[endpoint()])
        admin = Client(f"{directory}/admin.sock")
        self.assertEqual(self.prove(before, admin)["result"], "secret_retired")
        self.assertEqual(self.prove(after, admin)["result"], "verified")
        self.assertEqual(self.prove(later, admin)["result"], "mismatch")

    def test_a_payment_with_redacted_evidence_is_reported_as_redacted(self):
        self.start_admin()
        bought = self.buy()
        self.database.sql("UPDATE tokenledger.stripe_events SET evidence = NULL, evidence_format = NULL, "
                          "evidence_sha256 = sha256('')")
        told = self.prove(bought)
        self.assertEqual((told["result"], self.results(told)), ("redacted", ["redacted"]))

    def test_an_unknown_payment_and_an_unknown_parameter_are_problems(self):
        self.start_admin()
        self.assert_problem(self.admin.get("/v1/payments/pi_none/prove"), 404, "unknown_payment")
        self.assert_problem(self.admin.get("/v1/payments/pi_none/prove?deep=1"), 400, "unknown_parameter")

    def test_verify_counts_what_it_read_and_reports_a_wrong_balance(self):
        self.start_admin()
        self.buy(refunded=999)
        self.assertEqual(self.admin.grant("user_2", 5).status, 200)
        told = self.admin.get("/v1/verify").json()
        self.assertEqual([told[name] for name in ("accounts", "transactions", "payments", "discrepancies", "shown")],
                         [2, 3, 1, 0, []])
        self.database.sql("UPDATE tokenledger.token_accounts SET balance = 6 WHERE user_id = 'user_2'")
        told = self.admin.get("/v1/verify").json()
        self.assertGreater(told["discrepancies"], 0)
        self.assertEqual({(each["user_id"], each["expected"], each["found"]) for each in told["shown"]},
                         {("user_2", "5", "6")})
        self.assert_problem(self.admin.get("/v1/verify?evidence=1"), 400, "unknown_parameter")

    def test_an_event_shows_the_actions_of_operators(self):
        self.start_admin()
        parked = event("payment_intent.succeeded", payment_intent(metadata=ours("user_1", pack="gone")))
        self.assertEqual(self.daemon.post(parked).json()["result"], "parked")
        self.assertNotIn("actions", self.admin.get(f"/v1/events/{parked['id']}").json())
        self.admin.post(f"/v1/events/{parked['id']}/dismiss", {"reason": "a test of ours"}, "key_1")
        [action] = self.admin.get(f"/v1/events/{parked['id']}").json()["actions"]
        self.assertEqual({name: action[name] for name in action if name not in ("actor", "created_at")},
                         {"action": "dismiss", "reason": "a test of ours", "was": "parked",
                          "was_because": "unknown_pack", "became": "dismissed", "became_because": "unknown_pack",
                          "idempotency_key": "key_1"})

    def test_an_event_that_waited_too_long_shows_as_expired_and_is_still_settled(self):
        self.start_admin(webhook={"waiting_expires_days": 2})
        bought = purchase("user_1")
        refund = refund_of(bought, 999)
        self.assertEqual(self.daemon.post(refund).json()["result"], "waiting")

        def listed(result):
            return [row["event_id"] for row in self.admin.get(f"/v1/events?result={result}").json()["rows"]]

        self.assertEqual((listed("waiting"), listed("expired")), ([refund["id"]], []))
        self.database.sql("UPDATE tokenledger.stripe_events SET received_at = now() - interval '49 hours'")
        self.assertEqual((listed("waiting"), listed("expired")), ([], [refund["id"]]))
        self.assertEqual(self.admin.get(f"/v1/events/{refund['id']}").json()["result"], "expired")
        self.assertEqual(self.daemon.post(bought).json()["result"], "applied")
        self.assertEqual(self.admin.balance("user_1"), 0)
        self.assertEqual(listed("expired"), [])
