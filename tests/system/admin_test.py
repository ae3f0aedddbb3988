"""The writes of the admin socket: success, replay, and every refusal."""

import os
import unittest

import ledger_rows
from admin_calls import GRANT, TOO_MUCH, TRANSFER, UNKNOWN_USER, USAGE, WRITES
from admin_client import AdminTest

INT64_MAX = 2**63 - 1


def amount_field(call):
    return "charge" if call == "/v1/usage" else "tokens"


class Writes(AdminTest):
    def setUp(self):
        self.start_admin()
        for user_id, tokens in (("user_1", 100), ("user_2", 50)):
            self.assert_applied(self.admin.grant(user_id, tokens), (user_id, "grant", "admin", tokens, tokens))

    def each_write(self):
        for call, (body, rows) in WRITES.items():
            with self.subTest(call=call):
                yield call, body, rows

    def assert_unchanged(self):
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 100, "user_2": 50})
        self.assertEqual(len(ledger_rows.transactions(self.database)), 2)
        self.assertEqual(self.database.rows("SELECT * FROM tokenledger.token_usage"), [])

    def assert_refused(self, status, slug, *requests, **members):
        """Every request, a (call, body), is refused, changes nothing and stores no key."""
        keys = self.database.rows("SELECT count(*) AS n FROM tokenledger.idempotency_keys")
        for call, body in requests:
            with self.subTest(call=call, body=body):
                self.assert_problem(self.admin.post(call, body), status, slug, **members)
        self.assertEqual(self.database.rows("SELECT count(*) AS n FROM tokenledger.idempotency_keys"), keys)
        self.assert_unchanged()


class Done(AdminTest):
    """Every test starts its own daemon, because it changes the balances."""

    def test_a_write_that_is_sent_again_is_replayed_and_applied_once(self):
        for call, (body, rows) in WRITES.items():
            with self.subTest(call=call):
                self.start_admin()
                self.admin.grant("user_1", 100)
                self.admin.grant("user_2", 50)
                key = None if call == "/v1/usage" else "a key"
                first = self.assert_applied(self.admin.post(call, body, key), *rows)
                for _ in range(2):
                    again = self.assert_applied(self.admin.post(call, body, key), *rows, replayed=True)
                    self.assertEqual(again, first)
                self.assertEqual(len(ledger_rows.transactions(self.database)), 2 + len(rows))
                self.assert_sound()
                self.stop(self.daemon)

    def test_a_key_that_was_used_is_refused_for_a_different_request(self):
        self.start_admin()
        self.admin.grant("user_1", 100)
        self.admin.grant("user_2", 50)
        self.assertEqual(self.admin.post("/v1/grants", GRANT, "taken").status, 200)
        self.assertEqual(self.admin.post("/v1/usage", USAGE).status, 200)
        before = ledger_rows.transactions(self.database)
        for call, (body, _) in WRITES.items():
            with self.subTest(call=call):
                if call == "/v1/usage":
                    answer = self.admin.post(call, {**body, "tokens_used": 1})
                else:
                    answer = self.admin.post(call, {**body, "tokens": 1} if call == "/v1/grants" else body, "taken")
                self.assert_problem(answer, 422, "key_reused")
        self.assertEqual(ledger_rows.transactions(self.database), before)

    def test_a_subscription_or_trial_is_granted_once_per_reference(self):
        self.start_admin()
        for source in ("subscription", "trial"):
            more = {"source": source, "reference": "inv_1", "metadata": {"plan": "pro", "n": 1.50}, "reason": "monthly"}
            self.assert_applied(self.admin.grant(source, 7, **more), (source, "grant", source, 7, 7))
            self.assert_problem(self.admin.grant(source, 7, **more), 409, "reference_used")
            row, = ledger_rows.transactions(self.database, source)
            self.assertEqual((row["reference"], row["metadata"], row["reason"]),
                             ("inv_1", {"plan": "pro", "n": 1.5}, "monthly"))

    def test_usage_is_kept_exactly_and_posts_nothing_without_a_charge(self):
        self.start_admin()
        told = self.admin.post("/v1/usage", {"request_id": "r", "user_id": "anybody", "action_type": "image",
                                             "tokens_used": INT64_MAX, "cost_estimate": "1e-7"})
        self.assert_applied(told)
        row, = self.database.rows("SELECT *, cost_estimate::text AS cost FROM tokenledger.token_usage")
        self.assertEqual((row["tokens_used"], row["cost"], row["model_used"], row["charged_tokens"]),
                         (INT64_MAX, "0.0000001", None, 0))
        self.assert_no_transactions()
        # A JSON number keeps its digits as a string does.
        body = b'{"request_id":"s","user_id":"u","action_type":"a","tokens_used":0,' \
               b'"cost_estimate":0.12345678901234567890123}'
        self.assertEqual(self.admin.post("/v1/usage", body).status, 200)
        cost, = self.database.rows("SELECT cost_estimate::text AS cost FROM tokenledger.token_usage"
                                   " WHERE request_id = 's'")
        self.assertEqual(cost["cost"], "0.12345678901234567890123")

    def test_a_deduction_goes_below_zero_only_with_allow_negative(self):
        self.start_admin()
        self.admin.grant("user_1", 5)
        body = {"user_id": "user_1", "tokens": 8}
        self.assert_problem(self.admin.post("/v1/deductions", body, "k"), 409, "insufficient_balance")
        # The refusal did not consume the key.
        self.assert_applied(self.admin.post("/v1/deductions", {**body, "allow_negative": True}, "k"),
                            ("user_1", "deduction", "admin", -8, -3))

    def test_a_transaction_records_the_uid_of_the_caller(self):
        self.start_admin()
        self.admin.grant("user_1", 5)
        row, = ledger_rows.transactions(self.database)
        self.assertEqual(row["actor"], os.getuid())

    def test_any_user_id_can_be_granted_and_looked_up(self):
        self.start_admin()
        for number, (user_id, encoded) in enumerate([("a/b", "a%2Fb"), ("100%", "100%25"), ("狐 🦊", "%E7%8B%90%20"
                                                    "%F0%9F%A6%8A"), ("?x#y", "%3Fx%23y"), ("..", "%2e%2e")], 1):
            self.assertEqual(self.admin.grant(user_id, number).status, 200)
            answer = self.admin.get(f"/v1/accounts/{encoded}").json()
            self.assertEqual((answer["user_id"], answer["balance"]), (user_id, number))


class Refused(Writes):
    def test_writes_that_exceed_the_balance_are_refused(self):
        self.assert_refused(409, "insufficient_balance", *TOO_MUCH.items())
        answer = self.admin.post("/v1/batch", TOO_MUCH["/v1/batch"])
        self.assert_problem(answer, 409, "insufficient_balance", item=1)

    def test_writes_for_an_unknown_user_are_refused(self):
        self.assert_refused(404, "unknown_account", *UNKNOWN_USER.items())

    def test_a_transfer_to_the_same_account_is_refused(self):
        self.assert_refused(422, "same_account", ("/v1/transfers", {**TRANSFER, "to": "user_1"}))

    def test_malformed_bodies_are_refused(self):
        for call, _, _ in self.each_write():
            self.assert_refused(400, "malformed_json", *((call, body) for body in (
                b"", b"{", b"[]", b"null", b"a=b", b'{"tokens":1}}', b'{"a":"\xff"}', b'{"a":1e999}',
                b'{"a":' + b"[" * 100000)))

    def test_the_refusal_of_an_unknown_field_names_the_nearest_known_one(self):
        for call, body, _ in self.each_write():
            if call == "/v1/batch":
                self.assert_refused(422, "unknown_field", (call, {**body, "itms": []}), field="itms", nearest="items")
                items = [body["items"][0], {**body["items"][1], "alow_negative": True}]
                self.assert_refused(422, "unknown_field", (call, {"items": items}), field="alow_negative",
                                    nearest="allow_negative", item=1)
                continue
            name = amount_field(call)
            self.assert_refused(422, "unknown_field", (call, {**body, name + "x": 1}), field=name + "x", nearest=name)

    def test_missing_and_repeated_fields_are_refused(self):
        for call, body, _ in self.each_write():
            for name in body:
                if name in ("user_id", "tokens", "from", "to", "request_id", "action_type", "tokens_used", "items"):
                    rest = {each: value for each, value in body.items() if each != name}
                    self.assert_refused(422, "missing_field", (call, rest), field=name)
        twice = b'{"user_id":"user_1","tokens":1,"tokens":1}'
        self.assert_refused(422, "duplicate_field", ("/v1/grants", twice), ("/v1/deductions", twice), field="tokens")

    def test_wrong_types_and_numbers_past_int64_are_refused(self):
        wrong = ("1", 1.0, 0.5, True, None, [1], {}, -1, INT64_MAX + 1, 10**30, -2**63 - 1)
        for call, body, _ in self.each_write():
            if call == "/v1/batch":
                requests = [(call, {"items": [{**body["items"][0], "tokens": value}]}) for value in wrong]
                self.assert_refused(422, "invalid_field", *requests, field="tokens", item=0)
                self.assert_refused(422, "invalid_field", *((call, {"items": value}) for value in ({}, "x", [], 1)))
                continue
            name = amount_field(call)
            self.assert_refused(422, "invalid_field", *((call, {**body, name: value}) for value in wrong), field=name)
            text = "from" if call == "/v1/transfers" else "user_id"
            for value in ("", "x" * 256, 7, None, "a\0b", "\udc00"):
                self.assert_refused(422, "invalid_field", (call, {**body, text: value}), field=text)

    def test_a_batch_of_more_than_100_items_is_refused(self):
        items = [{"operation": "grant", **GRANT}] * 101
        self.assert_refused(422, "too_many_items", ("/v1/batch", {"items": items}))
        self.assertEqual(self.admin.post("/v1/batch", {"items": items[:100]}).status, 200)
        self.assertEqual(self.admin.balance("user_1"), 1100)

    def test_a_body_that_is_too_large_or_compressed_is_refused(self):
        for call, body, _ in self.each_write():
            large = b" " * (1 << 20) + b"{}"
            self.assert_problem(self.admin.post(call, large), 413, "body_too_large")
            self.assert_problem(self.admin.post(call, body, headers=[("Content-Encoding", "gzip")]), 415,
                                "content_encoding")
        self.assert_unchanged()

    def test_a_missing_invalid_or_unexpected_idempotency_key_is_refused(self):
        for call, body, _ in self.each_write():
            if call == "/v1/usage":
                self.assert_problem(self.admin.post(call, body, "k"), 400, "idempotency_key_unexpected")
                continue
            self.assert_problem(self.admin.send("POST", call, body), 400, "idempotency_key_missing")
            self.assert_problem(self.admin.post(call, body, ""), 400, "idempotency_key_invalid")
            self.assert_problem(self.admin.post(call, body, "k" * 256), 400, "idempotency_key_invalid")
            twice = [("Idempotency-Key", "k")]
            self.assert_problem(self.admin.post(call, body, "k", headers=twice), 400, "idempotency_key_invalid")
        self.assert_unchanged()

    def test_unknown_paths_and_methods_are_refused(self):
        self.assert_problem(self.admin.get("/v1/grant"), 404, "not_found")
        self.assert_problem(self.admin.post("/stripe/webhook", {}), 404, "not_found")
        answer = self.admin.get("/v1/grants")
        self.assert_problem(answer, 405, "method_not_allowed")
        self.assertEqual(answer.header("Allow"), "POST")
        self.assert_problem(self.admin.get("/v1/accounts/%zz"), 400, "malformed_target")

    def test_the_webhook_does_not_serve_admin_calls(self):
        with self.daemon.connect() as connection:
            self.assertEqual(connection.request("/v1/grants", [("Idempotency-Key", "k")], b"{}").status, 404)

    def test_a_grant_that_would_overflow_the_balance_is_refused(self):
        # Set in the database, because no request may move so many tokens.
        self.database.sql(f"UPDATE tokenledger.token_accounts SET balance = {INT64_MAX} WHERE user_id = 'user_1'")
        self.assert_problem(self.admin.grant("user_1", 1), 409, "balance_overflow")
        self.assertEqual(self.admin.balance("user_1"), INT64_MAX)


if __name__ == "__main__":
    unittest.main()
