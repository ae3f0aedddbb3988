"""The reads of the admin socket: their answers and their refusals."""

import re
import unittest

from admin_client import AdminTest, Client
from cluster import Lock
from load import all_at_once
from stripe_events import dump, event, ours, payment_intent, purchase

TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"
LISTS = ("/v1/transactions", "/v1/purchases", "/v1/usage", "/v1/activity", "/v1/events")


class Reads(AdminTest):
    def setUp(self):
        where = self.new_directory()
        self.app = Client(f"{where}/app.sock")
        self.start_admin([{"socket": self.app.socket, "permits": ["read"]}])

    def rows(self, target):
        answer = self.admin.get(target)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["rows"]

    def use(self, request_id, user_id="user_1", **more):
        body = {"request_id": request_id, "user_id": user_id, "action_type": "chat", "tokens_used": 10, **more}
        self.assertEqual(self.admin.post("/v1/usage", body).status, 200)


class Accounts(Reads):
    def test_an_account_shows_balance_and_totals(self):
        self.admin.grant("user_1", 100)
        self.admin.post("/v1/deductions", {"user_id": "user_1", "tokens": 30})
        told = self.app.get("/v1/accounts/user_1").json()
        self.assertEqual((told["user_id"], told["balance"], told["last_sequence"], told["disputed_payments"]),
                         ("user_1", 70, 2, []))
        self.assertEqual(sorted((each["type"], each["count"], each["tokens"]) for each in told["totals"]),
                         [("deduction", 1, "-30"), ("grant", 1, "100")])
        self.assertRegex(told["created_at"], TIME)
        self.assertRegex(told["last_transaction_at"], TIME)

    def test_an_account_as_it_was_at_a_sequence_or_a_time(self):
        for tokens in (5, 6, 7):
            self.admin.grant("user_1", tokens)
        then = self.admin.get("/v1/accounts/user_1?at=2").json()
        self.assertEqual((then["balance"], then["sequence"]), (11, 2))
        at = self.admin.get(f"/v1/accounts/user_1?at={then['created_at']}").json()
        self.assertEqual(at, then)
        before = self.admin.get("/v1/accounts/user_1?at=2001-01-01").json()
        self.assertEqual((before["balance"], before["sequence"]), (0, 0))
        self.assert_problem(self.admin.get("/v1/accounts/user_1?at=4"), 404, "unknown_sequence")

    def test_an_unknown_user_is_404_and_a_malformed_user_id_is_400(self):
        for target in ("/v1/accounts/nobody", "/v1/accounts/nobody?at=2001-01-01"):
            self.assert_problem(self.admin.get(target), 404, "unknown_account")
        self.assert_problem(self.admin.get("/v1/accounts/"), 400, "malformed_target")
        self.assert_problem(self.admin.get("/v1/accounts/%00"), 400, "malformed_target")
        self.assert_problem(self.admin.get(f"/v1/accounts/{'x' * 256}"), 400, "malformed_target")

    def test_head_answers_with_the_content_length_of_get(self):
        self.admin.grant("user_1", 100)
        answer = self.admin.send("HEAD", "/v1/accounts/user_1")
        self.assertEqual(answer.status, 200)
        self.assertEqual(int(answer.header("Content-Length")), len(self.admin.get("/v1/accounts/user_1").body))


class Lists(Reads):
    def test_transactions_are_filtered_and_come_in_pages(self):
        for number in range(7):
            self.admin.grant("user_1", number + 1, reason=f"number {number}")
        self.admin.grant("user_2", 50, source="trial", reference="t1", metadata={"a": [1.50, None]})
        row, = self.rows("/v1/transactions?source=trial")
        self.assertRegex(row.pop("created_at"), TIME)
        self.assertTrue(row.pop("idempotency_key"))
        self.assertIsInstance(row.pop("actor"), int)
        self.assertEqual(row, {"user_id": "user_2", "sequence": 1, "type": "grant", "source": "trial",
                               "token_amount": 50, "balance_before": 0, "balance_after": 50, "reference": "t1",
                               "metadata": {"a": [1.50, None]}})
        self.assertEqual(self.rows("/v1/transactions?type=deduction"), [])
        self.assertEqual(len(self.rows("/v1/transactions?user_id=user_1&from=2001-01-01&to=2999-12-31T23:59:59Z")), 7)
        self.assertEqual(self.rows("/v1/transactions?to=2001-01-01"), [])

        for order, expected in (("newest_first", [7, 6, 5, 4, 3, 2, 1]), ("oldest_first", [1, 2, 3, 4, 5, 6, 7])):
            seen, target = [], f"/v1/transactions?user_id=user_1&limit=3&order={order}"
            page = self.admin.get(target).json()
            seen += page["rows"]
            while page["more"]:
                page = self.admin.get(f"{target}&cursor={page['next']}").json()
                seen += page["rows"]
            self.assertEqual([row["sequence"] for row in seen], expected)

    def test_a_purchase_is_listed_and_its_payment_shows_credit_transactions_and_events(self):
        bought = purchase("user_1")
        self.daemon.post(bought)
        intent = bought["data"]["object"]["id"]
        row, = self.rows("/v1/purchases?user_id=user_1")
        self.assertEqual((row["type"], row["source"], row["token_amount"], row["amount_paid_cents"], row["currency"],
                          row["stripe_payment_intent_id"], row["stripe_event_id"], row["pack"], row["quantity"],
                          row["refunded_tokens"], row["refunded_cents"]),
                         ("purchase", "token_pack", 100000, 999, "usd", intent, bought["id"], "starter", 1, 0, 0))

        payment = self.app.get(f"/v1/payments/{intent}").json()
        self.assertEqual((payment["credit"]["user_id"], payment["credit"]["tokens"], payment["taken_tokens"]),
                         ("user_1", 100000, 0))
        self.assertEqual([row["type"] for row in payment["transactions"]], ["purchase"])
        self.assertEqual([row["event_id"] for row in payment["events"]], [bought["id"]])
        self.assertEqual(payment["facts"]["refunds"], [])
        self.assert_problem(self.app.get("/v1/payments/pi_none"), 404, "unknown_payment")

    def test_the_evidence_of_an_event_is_hidden_from_a_socket_that_may_only_read(self):
        bought = purchase("user_1")
        self.daemon.post(bought)
        shown = self.admin.get(f"/v1/events/{bought['id']}").json()
        evidence = shown.pop("evidence")
        self.assertEqual(evidence["body"].encode(), dump(bought))
        self.assertRegex(evidence["signature_header"], r"^t=\d+,v1=[0-9a-f]{64},")
        self.assertEqual((shown["result"], shown["has_evidence"], shown["livemode"]), ("applied", True, True))
        self.assertEqual(self.app.get(f"/v1/events/{bought['id']}").json(), shown)
        self.assert_problem(self.app.get("/v1/events/evt_none"), 404, "unknown_event")

    def test_events_can_be_filtered_by_result_and_payment(self):
        self.daemon.post(purchase("user_1"))
        parked = event("payment_intent.succeeded", payment_intent(metadata={**ours("user_1"), "token_pack": "none"}))
        self.daemon.post(parked)
        row, = self.rows("/v1/events?result=parked")
        self.assertEqual((row["event_id"], row["reason"]), (parked["id"], "unknown_pack"))
        self.assertEqual(len(self.rows("/v1/events")), 2)
        intent = parked["data"]["object"]["id"]
        self.assertEqual(len(self.rows(f"/v1/events?stripe_payment_intent_id={intent}")), 1)

    def test_usage_appears_in_its_list_in_the_activity_and_in_reports(self):
        self.admin.grant("user_1", 100)
        self.use("r1", charge=5, model_used="m", cost_estimate=0.10, input_tokens=4, output_tokens=6)
        self.use("r2", cost_estimate="0.02")
        self.use("r3", user_id="user_2", action_type="image")
        row, = self.rows("/v1/usage?user_id=user_1&model_used=m")
        self.assertRegex(row.pop("created_at"), TIME)
        self.assertIsInstance(row.pop("actor"), int)
        self.assertEqual(row, {"user_id": "user_1", "request_id": "r1", "action_type": "chat", "model_used": "m",
                               "tokens_used": 10, "input_tokens": 4, "output_tokens": 6, "cost_estimate": "0.1",
                               "charged_tokens": 5, "deduction_sequence": 2})
        kinds = [sorted(each) for each in self.rows("/v1/activity?user_id=user_1&order=oldest_first")]
        self.assertEqual(kinds, [["transaction"], ["transaction", "usage"], ["usage"]])

        report = self.rows("/v1/reports/usage?user_id=user_1")
        self.assertEqual([(each["action_type"], each.get("model_used"), each["count"], each["tokens_used"],
                           each["cost_estimate"], each["charged_tokens"]) for each in report],
                         [("chat", None, 1, "10", "0.02", "0"), ("chat", "m", 1, "10", "0.1", "5")])
        days = self.rows("/v1/reports/transactions?span=day")
        self.assertTrue(all(re.match(r"^\d{4}-\d\d-\d\d$", each["day"]) for each in days))
        self.assertEqual({(each["type"], each["tokens"]) for each in days}, {("grant", "100"), ("deduction", "-5")})


class RefusedReads(Reads):
    def test_invalid_and_unknown_parameters_are_refused(self):
        for target in LISTS:
            with self.subTest(target=target):
                for query, field in (("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"),
                                     ("order=up", "order"), ("from=yesterday", "from"), ("to=2026-13-01", "to"),
                                     ("limit=1&limit=1", "limit"), ("from=", "from"), ("cursor=nonsense", "cursor")):
                    self.assert_problem(self.admin.get(f"{target}?{query}"), 400, "invalid_parameter", field=field)
                self.assert_problem(self.admin.get(f"{target}?form=2026-01-01"), 400, "unknown_parameter",
                                    field="form", nearest="from")
        for query, field in (("type=sale", "type"), ("source=stripes", "source"), ("user_id=%FF", "user_id")):
            self.assert_problem(self.admin.get(f"/v1/transactions?{query}"), 400, "invalid_parameter", field=field)
        for at in ("0", "-1", "soon", "99999999999999999999"):
            self.assert_problem(self.admin.get(f"/v1/accounts/u?at={at}"), 400, "invalid_parameter", field="at")
        self.assert_problem(self.admin.get("/v1/reports/usage?span=week"), 400, "invalid_parameter", field="span")
        for query, field, nearest in (("result=parkd", "result", "parked"),
                                      ("reason=unknown_pak", "reason", "unknown_pack")):
            told = self.assert_problem(self.admin.get(f"/v1/events?{query}"), 400, "invalid_parameter", field=field)
            self.assertEqual(told["nearest"], nearest)
            self.assertIn("Known are: ", told["detail"])
        for report in ("/v1/reports/usage", "/v1/reports/transactions"):
            for query in ("span=day&time_zone=Europe/Berlinn", "span=day&time_zone=nowhere%2B3",
                          "time_zone=Europe/Berlin"):
                self.assert_problem(self.admin.get(f"{report}?{query}"), 400, "invalid_parameter", field="time_zone")
            self.assertEqual(self.admin.get(f"{report}?span=day&time_zone=Europe/Berlin").status, 200)

    def test_a_cursor_of_another_list_is_refused(self):
        for number in range(3):
            self.admin.grant("user_1", number + 1)
        cursor = self.admin.get("/v1/transactions?limit=1").json()["next"]
        self.assert_problem(self.admin.get(f"/v1/transactions?user_id=user_1&limit=1&cursor={cursor}"), 400,
                            "invalid_parameter", field="cursor")

    def test_reads_that_wait_for_the_database_do_not_block_webhook_events(self):
        self.admin.grant("user_1", 5)
        with Lock(self.database, "tokenledger.token_usage"):
            answers = all_at_once([lambda: self.admin.get("/v1/usage")] * 4 +
                                  [lambda: self.daemon.post(purchase("user_1")).status] * 4)
            self.assertEqual(answers[4:], [200] * 4)
            for answer in answers[:4]:
                self.assert_problem(answer, 503, "unavailable")
        self.assertEqual(self.admin.get("/v1/usage").status, 200)

    def test_reads_are_503_while_the_database_is_away_and_work_afterwards(self):
        self.admin.grant("user_1", 5)
        self.assertEqual(self.admin.balance("user_1"), 5)
        self.database.close_the_door()
        self.assert_problem(self.admin.get("/v1/accounts/user_1"), 503, "unavailable")
        self.database.open_the_door()
        self.assertEqual(self.admin.balance("user_1"), 5)


if __name__ == "__main__":
    unittest.main()
