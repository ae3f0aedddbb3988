"""What a usage says, what becomes of a charge that is too high, and the reports of both."""

import csv
import io
import time
import unittest

from admin_client import Client
from ctl import CtlTest
from daemon_process import run
from load import all_at_once

CHARGED = {"user_id": "team", "action_type": "chat", "model_used": "a-model", "tokens_used": 500, "charge": 500}
DAY_S = 24 * 3600


def moment(seconds_from_now):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds_from_now))


class Usage(CtlTest):
    def setUp(self):
        self.start_admin()
        self.assertEqual(self.admin.grant("team", 300).status, 200)

    def use(self, request_id, **more):
        return self.admin.post("/v1/usage", {"request_id": request_id, **CHARGED, **more})

    def assert_charged(self, answer, charged, uncovered, balance, replayed=False):
        self.assertEqual(answer.status, 200, answer)
        told = answer.json()
        self.assertEqual([(row["token_amount"], row["balance_after"]) for row in told["transactions"]],
                         [(-charged, balance)] if charged else [])
        self.assertEqual(told.get("uncovered", 0), uncovered)
        self.assertEqual(answer.header("Idempotency-Replayed"), "true" if replayed else None)

    def test_a_charge_that_is_too_high_is_refused_unless_the_request_says_otherwise(self):
        for more in ({}, {"overrun": "refuse"}):
            self.assert_problem(self.use("r", **more), 409, "insufficient_balance")
        self.assertEqual(self.database.rows("SELECT * FROM tokenledger.token_usage"), [])

    def test_a_charge_to_zero_says_what_is_uncovered_and_says_it_again(self):
        self.assert_charged(self.use("r1", overrun="to_zero"), 300, 200, 0)
        self.assert_charged(self.use("r1", overrun="to_zero"), 300, 200, 0, replayed=True)
        self.assert_problem(self.use("r1", overrun="allow_negative"), 422, "key_reused")
        self.assert_charged(self.use("r2", overrun="to_zero"), 0, 500, 0)
        self.assertEqual(self.database.rows(
            "SELECT charged_tokens, uncovered_tokens, tokens_used FROM tokenledger.token_usage ORDER BY request_id"),
            [{"charged_tokens": 300, "uncovered_tokens": 200, "tokens_used": 500},
             {"charged_tokens": 0, "uncovered_tokens": 500, "tokens_used": 500}])
        self.assert_sound()

    def test_a_charge_may_make_a_debt_that_the_next_grant_repays(self):
        self.assert_charged(self.use("r", overrun="allow_negative"), 500, 0, -200)
        self.assert_charged(self.use("s", overrun="to_zero"), 0, 500, -200)
        self.admin.grant("team", 250)
        self.assertEqual(self.admin.balance("team"), 50)
        self.assert_sound()

    def test_a_batch_says_the_sum_of_what_is_uncovered(self):
        items = [{"operation": "usage", "request_id": name, "overrun": "to_zero", **CHARGED, "charge": 200}
                 for name in ("a", "b", "c")]
        told = self.admin.post("/v1/batch", {"items": items}, "key").json()
        self.assertEqual(told["uncovered"], 300)
        self.assertEqual([row["token_amount"] for row in told["transactions"]], [-200, -100])
        self.assert_sound()

    def test_charges_to_zero_through_two_daemons_at_once_take_exactly_what_is_there(self):
        self.start(self.database, admin=[{"socket": f"{self.directory}/other.sock"}])
        clients = (self.admin, Client(f"{self.directory}/other.sock"))

        def use(number):
            body = {"request_id": f"r{number}", **CHARGED, "charge": 7, "overrun": "to_zero"}
            return lambda: clients[number % 2].post("/v1/usage", body).json().get("uncovered", 0)
        uncovered = sum(all_at_once([use(number) for number in range(64)]))
        self.assertEqual(uncovered, 64 * 7 - 300)
        self.assertEqual(self.admin.balance("team"), 0)
        self.assert_sound()

    def test_what_a_usage_says_comes_back_in_lists_and_exports(self):
        said = {"cached_input_tokens": 40, "reasoning_tokens": 7, "member": "ada", "metadata": {"trace": [1, 2.5]}}
        self.assertEqual(self.use("r", charge=1, occurred_at=moment(-DAY_S), **said).status, 200)
        self.assertEqual(self.use("s", charge=1, member="bob").status, 200)
        row, = self.admin.get("/v1/usage?member=ada").json()["rows"]
        self.assertEqual({name: row[name] for name in said}, said)
        self.assertLess(row["occurred_at"], row["created_at"])
        exported = list(csv.DictReader(io.StringIO(self.ctl("export", "usage", "--member", "ada").stdout)))
        self.assertEqual([(row["request_id"], row["member"], row["metadata"]) for row in exported],
                         [("r", "ada", '{"trace":[1,2.5]}')])

    def test_a_time_that_is_too_far_away_is_refused_and_the_request_id_stays_free(self):
        for away in (DAY_S, -31 * DAY_S):
            self.assert_problem(self.use("r", charge=1, occurred_at=moment(away)), 422, "time_out_of_range")
        self.assert_problem(self.use("r", charge=1, occurred_at="yesterday"), 422, "invalid_field",
                            field="occurred_at")
        self.assertEqual(self.use("r", charge=1, occurred_at=moment(-29 * DAY_S)).status, 200)

    def test_reports_by_member_and_by_occurrence(self):
        self.use("r1", charge=10, member="ada", overrun="to_zero")
        self.use("r2", charge=400, member="ada", overrun="to_zero", occurred_at=moment(-3 * DAY_S))
        self.use("r3", charge=0, member="bob")
        rows = self.admin.get("/v1/reports/usage?group_by=member").json()["rows"]
        self.assertEqual([(row["user_id"], row["member"], row["charged_tokens"], row["uncovered_tokens"])
                          for row in rows], [("team", "ada", "300", "110"), ("team", "bob", "0", "0")])
        past = f"/v1/reports/usage?from={moment(-4 * DAY_S)}&to={moment(-2 * DAY_S)}"
        self.assertEqual(self.admin.get(past).json()["rows"], [])
        row, = self.admin.get(past + "&time=occurred").json()["rows"]
        self.assertEqual((row["action_type"], row["count"], row["charged_tokens"]), ("chat", 1, "290"))
        shown = self.ctl("usage-report", "--by-member").stdout
        self.assertRegex(shown, r"team +ada +2 ")
        self.assertNotIn("chat", shown)

    def reverse(self, request_id, **body):
        return self.admin.post(f"/v1/usage/{request_id}/reverse", {"user_id": "team", **body})

    def test_a_charge_is_given_back_once_in_whole_or_in_part(self):
        self.use("r/1", charge=100)
        self.use("r2", charge=50)
        told = self.reverse("r%2F1", tokens=40, reason="broke off")
        row, = told.json()["transactions"]
        self.assertEqual((row["type"], row["source"], row["token_amount"], row["balance_after"]),
                         ("refund", "usage", 40, 190))
        again = self.reverse("r%2F1", tokens=40, reason="broke off")
        self.assertEqual((again.json(), again.header("Idempotency-Replayed")), (told.json(), "true"))
        self.assert_problem(self.reverse("r%2F1", tokens=1), 422, "key_reused")
        self.assertEqual(self.reverse("r2").json()["transactions"][0]["token_amount"], 50)
        self.assertEqual(self.admin.balance("team"), 240)
        shown = {row["request_id"]: row for row in self.admin.get("/v1/usage").json()["rows"]}
        refund, = self.admin.get("/v1/transactions?type=refund&user_id=team&order=oldest_first&limit=1").json()["rows"]
        self.assertEqual((refund["usage_request_id"], refund["reason"]), ("r/1", "broke off"))
        self.assertEqual((shown["r/1"]["reversed_tokens"], shown["r/1"]["refund_sequence"]), (40, refund["sequence"]))
        row, = self.admin.get("/v1/reports/usage").json()["rows"]
        self.assertEqual((row["charged_tokens"], row["reversed_tokens"]), ("150", "90"))
        self.assert_sound()

    def test_a_reversal_that_cannot_be_is_refused_and_uses_up_nothing(self):
        self.admin.grant("other", 5)
        self.use("r", charge=500, overrun="to_zero")
        self.use("free", charge=0)
        self.assert_problem(self.reverse("r", tokens=301), 409, "exceeds_charge")
        self.assert_problem(self.reverse("free"), 409, "exceeds_charge")
        self.assert_problem(self.reverse("unheard"), 404, "unknown_usage")
        self.assert_problem(self.reverse("r", user_id="other"), 404, "unknown_usage")
        self.assert_problem(self.reverse("r", user_id="nobody"), 404, "unknown_account")
        for tokens in (0, -1, 2 ** 63, 1.5, "1", None):
            self.assert_problem(self.reverse("r", tokens=tokens), 422, "invalid_field", field="tokens")
        self.assert_problem(self.reverse("r", request="r"), 422, "unknown_field", field="request")
        self.assert_problem(self.admin.post("/v1/usage/r/reverse", {}), 422, "missing_field", field="user_id")
        self.assert_problem(self.admin.post("/v1/usage/r/reverse", {"user_id": "team"}, "key"), 400,
                            "idempotency_key_unexpected")
        self.assertEqual(self.reverse("r").json()["transactions"][0]["token_amount"], 300)
        self.assert_sound()

    def test_reversals_through_two_daemons_at_once_give_back_each_charge_once(self):
        self.start(self.database, admin=[{"socket": f"{self.directory}/other.sock"}])
        clients = (self.admin, Client(f"{self.directory}/other.sock"))
        for number in range(16):
            self.use(f"r{number}", charge=10)

        def reverse(number):
            return lambda: clients[number % 2].post(f"/v1/usage/r{number // 4}/reverse", {"user_id": "team"}).status
        self.assertEqual(set(all_at_once([reverse(number) for number in range(64)])), {200})
        self.assertEqual(self.admin.balance("team"), 300)
        self.assert_sound()

    def test_tokenledgerctl_gives_back_a_charge(self):
        self.use("r", charge=100)
        done = self.ctl("reverse", "team", "r", "--tokens", "30", "--reason", "broke off")
        self.assertIn("gave back 30 tokens to team", done.stdout)
        self.assertNotIn("--key", done.stdout + done.stderr)
        again = self.ctl("reverse", "team", "r", "--tokens", "30", "--reason", "broke off")
        self.assertIn("done before", again.stdout)
        self.assertRegex(self.ctl("usage-report").stdout, r"reversed")
        self.assertEqual(self.admin.balance("team"), 230)

    def limit(self, member, tokens=None, per="day", key=None):
        body = {"member": member, "per": per} | ({} if tokens is None else {"tokens": tokens})
        return self.admin.send("PUT", "/v1/accounts/team/limits", body, key or f"{member} {per} {tokens}")

    def test_a_member_is_charged_up_to_the_limit(self):
        done = self.limit("ada", 100, "24h", "k")
        self.assertEqual((done.status, done.json()["transactions"]), (200, []))
        self.assertEqual(self.limit("ada", 100, "24h", "k").header("Idempotency-Replayed"), "true")
        self.assertEqual(self.use("r1", charge=60, member="ada").status, 200)
        refused = self.assert_problem(self.use("r2", charge=41, member="ada"), 409, "member_limit")
        self.assertEqual((refused["member"], refused["left"]), ("ada", 40))
        self.assertIn("40 are left", refused["detail"])
        self.assertEqual(self.use("r2", charge=40, member="ada").status, 200)
        self.assertEqual(self.use("r3", charge=100, member="bob").status, 200)
        limit, = self.admin.get("/v1/accounts/team").json()["limits"]
        self.assertEqual((limit["member"], limit["per"], limit["tokens"]), ("ada", "24h", 100))
        self.assertEqual(self.limit("ada", None, "24h").status, 200)
        self.assertNotIn("limits", self.admin.get("/v1/accounts/team").json())
        self.assert_sound()

    def test_a_limit_that_cannot_be_is_refused(self):
        self.assert_problem(self.limit("ada", -1), 422, "invalid_field", field="tokens")
        self.assert_problem(self.limit("ada", 2 ** 63), 422, "invalid_field", field="tokens")
        self.assert_problem(self.limit("ada", 1, "week"), 422, "invalid_field", field="per")
        self.assert_problem(self.limit("", 1), 422, "invalid_field", field="member")
        unknown = self.admin.send("PUT", "/v1/accounts/nobody/limits", {"member": "ada", "per": "day"}, "k")
        self.assert_problem(unknown, 404, "unknown_account")
        self.assert_problem(self.admin.send("POST", "/v1/accounts/team/limits", {}, "k"), 405, "method_not_allowed")

    def test_charges_through_two_daemons_at_once_never_pass_the_limit(self):
        self.start(self.database, admin=[{"socket": f"{self.directory}/other.sock"}])
        clients = (self.admin, Client(f"{self.directory}/other.sock"))
        self.limit("*", 100, "24h")

        def use(number):
            body = {"request_id": f"r{number}", **CHARGED, "charge": 7, "member": "ada"}
            return lambda: clients[number % 2].post("/v1/usage", body).status
        statuses = all_at_once([use(number) for number in range(32)])
        self.assertEqual((statuses.count(200), statuses.count(409)), (14, 18))
        self.assertEqual(self.admin.balance("team"), 300 - 98)
        self.assert_sound()

    def test_tokenledgerctl_limits_a_member(self):
        done = self.ctl("limit", "team", "ada", "--tokens", "100")
        self.assertIn("ada of team may be charged 100 tokens per day", done.stdout)
        self.assertRegex(self.ctl("balance", "team").stdout, "limit of ada +100 per day")
        self.assertIn("has no limit per day", self.ctl("limit", "team", "ada", "--none").stdout)

    def test_tokenledgerctl_says_what_was_charged_and_what_was_not(self):
        done = self.ctl("usage", "team", "chat", "500", "--charge", "500", "--overrun", "to_zero", "--member", "ada")
        self.assertIn("charged 300, 200 uncovered", done.stdout)
        done = self.ctl("usage", "team", "chat", "500", "--charge", "500", "--overrun", "to_zero")
        self.assertIn("nothing charged, 500 uncovered", done.stdout)

    def test_the_ledger_is_made_again_with_what_was_uncovered(self):
        self.use("r1", overrun="to_zero", member="ada", occurred_at=moment(-29 * DAY_S), metadata={"a": 1})
        self.use("r2", overrun="allow_negative")
        self.assertEqual(self.reverse("r1", tokens=7).status, 200)
        batch = [{"operation": "reversal", "request_id": "r2", "user_id": "team"}]
        self.assertEqual(self.admin.post("/v1/batch", {"items": batch}, "key").status, 200)
        self.limit("ada", 5)
        self.limit("bob", 7)
        self.limit("bob")
        done = run("rebuild", "--config", self.config, "--into", self.new_database().url)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
