"""Section 1 of the contract, row by row: the answer to a signed event, and what is stored of it.

The C++ suites test settlement itself, over generated histories in every order. refusal_test.py has the requests that
are refused before an event is read, unavailable_test.py those that are answered 503.
"""

import unittest

import ledger_rows
from daemon_process import endpoint
from harness import SystemTest
from stripe_events import (PAYMENT_INTENT_STATUS, charge_event, dispute_event, dump, event,
                           intent_id_of, new_id, ours, payment_event, payment_intent, purchase,
                           refund_event, signed_header, thin_event)


class StatusTable(SystemTest):
    def setUp(self):
        self.daemon = self.start(endpoints=[
            endpoint(), endpoint("/test", livemode=False),
            endpoint("/connect", accounts=["acct_1Friend", "acct_1Other"], catalog="partners")])

    def post(self, posted, path="/stripe/webhook", **options):
        return self.daemon.post(posted, path=path, **options)

    def assert_parked(self, posted, reason, path="/stripe/webhook"):
        self.assert_reply(self.post(posted, path), 200, "parked", posted, reason)
        self.assert_stored(posted, "parked", reason, evidence=True)

    def assert_ignored(self, posted, reason=None, path="/stripe/webhook"):
        before = ledger_rows.transactions(self.database)
        self.assert_reply(self.post(posted, path), 200, "ignored", posted, reason)
        self.assert_stored(posted, "ignored", reason, evidence=False)
        self.assertEqual(ledger_rows.transactions(self.database), before)

    def test_a_purchase_is_applied_with_its_evidence(self):
        bought = purchase("user_1")
        body = dump(bought)
        header = signed_header(body)
        with self.daemon.connect() as connection:
            answer = connection.request(headers=[("Stripe-Signature", header)], body=body)
        self.assert_reply(answer, 200, "applied", bought)
        row = self.assert_stored(bought, "applied", evidence=True)
        self.assertEqual(ledger_rows.evidence_of(row), (header, body))
        posted, = ledger_rows.transactions(self.database)
        expected = {
            "user_id": "user_1", "sequence": 1, "transaction_type": "purchase",
            "source": "token_pack", "token_amount": 100000, "balance_before": 0,
            "balance_after": 100000, "amount_paid_cents": 999, "currency": "usd",
            "stripe_payment_intent_id": intent_id_of(bought)}
        self.assertEqual({key: posted.get(key) for key in expected}, expected)
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 100000})

    def test_quantity_discount_tax_and_currency_are_credited_by_the_catalogue(self):
        self.post(purchase(metadata=ours("many", quantity="7"), amount=7 * 999))
        self.post(purchase("discount", amount=499))
        self.post(purchase("taxed", amount=1189))
        self.post(purchase("euro", amount=949, currency="eur"))
        self.post(purchase("captured_in_part", amount=5000, amount_received=999))
        self.assertEqual(ledger_rows.balances(self.database), {
            "many": 700000, "discount": 100000, "taxed": 100000, "euro": 100000,
            "captured_in_part": 100000})
        self.assert_sound()

    def test_purchases_of_one_user_form_a_chain(self):
        for _ in range(5):
            self.assertEqual(self.post(purchase("loyal")).json()["result"], "applied")
        rows = ledger_rows.transactions(self.database, "loyal")
        self.assertEqual([row["balance_after"] for row in rows],
                         [100000, 200000, 300000, 400000, 500000])
        self.assert_sound()

    def test_an_event_id_committed_before_is_a_duplicate_that_changes_nothing(self):
        bought = purchase()
        self.post(bought)
        before = ledger_rows.events(self.database), ledger_rows.transactions(self.database)
        self.assert_reply(self.post(bought), 200, "duplicate", bought)
        after = ledger_rows.events(self.database), ledger_rows.transactions(self.database)
        self.assertEqual(before, after)

    def test_a_repeated_ignored_or_parked_event_is_a_duplicate(self):
        for first in (purchase(metadata={}), purchase(metadata=ours(pack="nowhere"))):
            self.post(first)
            before = ledger_rows.events(self.database)
            self.assert_reply(self.post(first), 200, "duplicate", first)
            self.assertEqual(ledger_rows.events(self.database), before)

    def test_another_event_id_that_brings_nothing_new_is_a_duplicate_without_evidence(self):
        intent = payment_intent(metadata=ours("user_1"))
        first, second = (event("payment_intent.succeeded", intent) for _ in range(2))
        self.post(first)
        self.assert_reply(self.post(second), 200, "duplicate", second)
        self.assert_stored(second, "duplicate", evidence=False)
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 100000})

    def test_types_that_move_no_tokens_are_ignored(self):
        for type_ in PAYMENT_INTENT_STATUS:
            if type_ != "payment_intent.succeeded":
                with self.subTest(type_):
                    self.assert_ignored(payment_event(type_, metadata=ours()))
        for type_ in ("customer.created", "checkout.session.completed", "invoice.paid", "a.b.c"):
            with self.subTest(type_):
                self.assert_ignored(event(type_, {"id": new_id("obj"), "object": "whatever"}))

    def test_a_full_refund_takes_all_tokens_once(self):
        bought = purchase("user_1")
        self.post(bought)
        intent = intent_id_of(bought)
        full = charge_event(payment_intent_id=intent, amount_refunded=999)
        self.assert_reply(self.post(full), 200, "applied", full)
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 0})
        self.assert_reply(self.post(full), 200, "duplicate", full)
        again = charge_event(payment_intent_id=intent, amount_refunded=999)
        self.assert_reply(self.post(again), 200, "duplicate", again)
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 0})

    def test_a_dispute_takes_the_tokens_when_the_funds_are_withdrawn(self):
        bought = purchase("user_1")
        self.post(bought)
        intent = intent_id_of(bought)
        withdrawn = dispute_event("charge.dispute.funds_withdrawn", payment_intent_id=intent)
        self.assert_reply(self.post(withdrawn), 200, "applied", withdrawn)
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 0})

    def test_a_refund_before_its_purchase_waits_and_is_settled_with_it(self):
        bought = purchase("user_1")
        early = refund_event(payment_intent_id=intent_id_of(bought))
        self.assert_reply(self.post(early), 200, "waiting", early)
        self.assertEqual(ledger_rows.events(self.database)[early["id"]]["result"], "waiting")
        self.assert_reply(self.post(bought), 200, "applied", bought)
        self.assertEqual(ledger_rows.events(self.database)[early["id"]]["result"], "applied")
        self.assertEqual(len(ledger_rows.transactions(self.database)), 2)

    def test_a_refund_or_dispute_of_no_payment_intent_or_of_a_foreign_one_is_ignored(self):
        self.assert_ignored(refund_event(payment_intent_id=None))
        foreign = purchase(metadata={})
        self.assert_ignored(foreign)
        self.assert_ignored(refund_event(payment_intent_id=intent_id_of(foreign)))
        ended = payment_event("payment_intent.canceled", metadata=ours())
        self.assert_ignored(ended)
        self.assert_ignored(dispute_event(payment_intent_id=intent_id_of(ended)))

    def test_a_payment_without_the_pack_key_is_ignored(self):
        self.assert_ignored(purchase(metadata={}))
        self.assert_ignored(purchase(metadata={"user_id": "user_1", "order": "42"}))
        self.assert_ignored(payment_event())

    def test_a_test_event_at_a_live_endpoint_is_ignored(self):
        self.assert_ignored(purchase(livemode=False), "livemode_mismatch")

    def test_a_live_event_at_a_test_endpoint_is_parked(self):
        self.assert_parked(purchase(), "livemode_mismatch", "/test")
        self.assert_no_transactions()

    def test_a_test_event_at_a_test_endpoint_is_applied(self):
        bought = purchase(livemode=False)
        self.assert_reply(self.post(bought, "/test"), 200, "applied", bought)

    def test_an_event_of_an_account_that_the_endpoint_does_not_serve_is_ignored(self):
        stranger = purchase(event_changes={"account": "acct_1Stranger"})
        self.assert_ignored(stranger, "account_mismatch")
        stranger = purchase(event_changes={"account": "acct_1Stranger"})
        self.assert_ignored(stranger, "account_mismatch", "/connect")
        friend = purchase("user_1", event_changes={"account": "acct_1Friend"})
        self.assert_reply(self.post(friend, "/connect"), 200, "applied", friend)
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 70000})
        own = purchase("user_1")
        self.assert_ignored(own, "account_mismatch", "/connect")

    def test_a_payment_that_is_ours_but_cannot_be_credited_is_parked_with_the_reason(self):
        cases = {
            "unknown_pack": [dict(metadata=ours(pack="nowhere"))],
            "amount_mismatch": [dict(amount=498), dict(amount=999, amount_received=1),
                                dict(metadata=ours(quantity="3"), amount=999)],
            "zero_amount": [dict(amount=0)],
            "currency_mismatch": [dict(currency="jpy")],
            "bad_metadata": [dict(metadata={"token_pack": "starter"}),
                             dict(metadata={"user_id": "", "token_pack": "starter"}),
                             dict(metadata=ours("u" * 256)),
                             dict(metadata={"user_id": 17, "token_pack": "starter"}),
                             *(dict(metadata=ours(quantity=wrong))
                               for wrong in ("0", "1001", "-1", "1.0", "two", "", " 1", "1e1"))],
            "bad_payload": [dict(amount_received=-1), dict(currency=None), dict(id=None),
                            dict(amount_received="999"), dict(amount_received=1e2)],
        }
        for reason, variants in cases.items():
            for variant in variants:
                with self.subTest(reason, **variant):
                    self.assert_parked(purchase(**variant), reason)
        self.assert_no_transactions()

    def test_a_later_event_that_names_another_user_for_the_payment_is_parked(self):
        first = purchase("user_1")
        self.post(first)
        second = purchase("user_2", id=intent_id_of(first))
        self.assert_parked(second, "owner_mismatch")
        self.assertEqual(ledger_rows.balances(self.database).get("user_2", 0), 0)
        self.assertEqual(ledger_rows.balances(self.database)["user_1"], 100000)

    def test_a_parked_payment_is_credited_by_a_later_valid_event(self):
        wrong = purchase(metadata=ours("user_1", pack="nowhere"))
        self.assert_parked(wrong, "unknown_pack")
        right = purchase("user_1", id=intent_id_of(wrong))
        self.assert_reply(self.post(right), 200, "applied", right)
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 100000})

    def test_an_event_that_the_database_refuses_is_parked_and_others_are_applied(self):
        self.database.sql("ALTER TABLE tokenledger.token_transactions "
                          "ADD CONSTRAINT no_luck CHECK (user_id <> 'unlucky')")
        with self.daemon.connect() as before, self.daemon.connect() as after:
            self.assert_parked(purchase("unlucky"), "store_refused")
            for connection in (before, after):
                body = dump(lucky := purchase("lucky"))
                answer = connection.request(
                    headers=[("Stripe-Signature", signed_header(body))], body=body)
                self.assert_reply(answer, 200, "applied", lucky)
        self.assertEqual(ledger_rows.balances(self.database).get("unlucky", 0), 0)
        self.assert_sound()

    def test_a_balance_past_64_bits_is_parked_and_not_wrapped(self):
        first, second = (purchase(metadata=ours("rich", pack="vast", quantity="1000"), amount=1000)
                         for _ in range(2))
        self.assert_reply(self.post(first), 200, "applied", first)
        answer = self.post(second)
        self.assertEqual((answer.status, answer.json()["result"]), (200, "parked"))
        self.assertEqual(ledger_rows.balances(self.database), {"rich": 9_000_000_000_000_000_000})
        self.assert_sound()

    def test_a_signed_body_that_is_not_an_event_is_rejected_and_not_stored(self):
        no_events = [b"null", b"[]", b'"evt_1"', b"{}", b"not json", b'{"id": "evt_1"', b" ",
                     b'{"id": "evt_1"}', b'{"type": "payment_intent.succeeded"}',
                     b'{"id": 1, "type": "payment_intent.succeeded"}',
                     b'{"id": "evt_1", "type": null}', dump(purchase()) + b"{}"]
        for body in no_events:
            with self.subTest(body[:60]):
                self.assert_reply(self.post(body), 400, "rejected", reason="bad_event")
        self.assert_nothing_stored()

    def test_a_thin_event_of_a_handled_type_is_422_with_advice_about_snapshot_destinations(self):
        thin = thin_event("v1.payment_intent.succeeded")
        answer = self.post(thin)
        self.assert_form(answer)
        told = answer.json()
        self.assertEqual((answer.status, told.pop("result"), told.pop("reason"), told.pop("event")),
                         (422, "rejected", "thin_event", thin["id"]))
        self.assertIn("snapshot", " ".join(told.values()).lower())
        self.assert_nothing_stored()

    def test_any_other_thin_event_is_ignored(self):
        for type_ in ("v2.core.event_destination.ping", "v1.customer.created",
                      "v1.billing.meter.error_report_triggered"):
            thin = thin_event(type_)
            self.assert_reply(self.post(thin), 200, "ignored", thin)
        self.assert_nothing_stored()

    def test_a_payment_without_data_is_never_answered_4xx(self):
        for changes in ({"data": None}, {"data": {}}, {"data": {"object": None}}, {"data": []},
                        {"livemode": None}, {"account": None}, {"request": "req_1"},
                        {"api_version": None}, {"created": None}, {"object": None}):
            with self.subTest(**changes):
                odd = purchase() | changes
                self.assertEqual(self.post(odd).status, 200)


if __name__ == "__main__":
    unittest.main()
