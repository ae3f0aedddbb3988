"""Runs published event bodies and signatures, if they lie beside the repository.

TOKENLEDGER_SHARED_STRIPE names the folder; the default is ../shared/stripe, seen from the repository.
"""

import base64
import glob
import itertools
import json
import os
import unittest

import ledger_rows
from daemon_process import endpoint, run, write_config
from harness import SystemTest
from wire import request_bytes

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = (os.environ.get("TOKENLEDGER_SHARED_STRIPE")
          or os.path.join(os.path.dirname(REPOSITORY), "shared", "stripe"))
FAKETIME = sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))
HANDLED_THIN = "v1.payment_intent.succeeded"


def load(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return json.load(file)


@unittest.skipUnless(os.path.isdir(FOLDER), f"there is no folder {FOLDER}")
class PublishedEvents(SystemTest):
    def setUp(self):
        self.index = load("events/index.json")
        pairs = {(entry["livemode"], entry.get("account")) for entry in self.index}
        self.path = {pair: f"/events/{number}" for number, pair in enumerate(sorted(pairs, key=str))}
        self.daemon = self.start(endpoints=[endpoint()] + [
            endpoint(path, livemode=livemode,
                     **({"accounts": [account], "catalog": "partners"} if account else {}))
            for (livemode, account), path in self.path.items()])

    def post(self, entry):
        with open(os.path.join(FOLDER, "events", entry["file"]), "rb") as file:
            body = file.read()
        path = self.path[entry["livemode"], entry.get("account")]
        return json.loads(body)["id"], self.daemon.post(body, path=path)

    def test_every_published_event_gets_the_expected_answer_and_credits_nothing(self):
        self.assertGreaterEqual(len(self.index), 99)
        seen, waiting, ended = set(), set(), set()
        for entry in self.index:
            with self.subTest(entry["file"]):
                id_, answer = self.post(entry)
                told = answer.json()
                if entry["type"] == HANDLED_THIN:
                    self.assertEqual((answer.status, told["reason"]), (422, "thin_event"))
                    continue
                expected = self.expected_result(entry, waiting, ended)
                # A few of the published bodies share one made-up id, or are about the same refund or dispute.
                again = told["result"] == "duplicate" and (id_ in seen or expected == "again")
                self.assert_reply(answer, 200, "duplicate" if again else expected.replace("again", "waiting"), id_)
                if entry["object"] != "v2.core.event":
                    seen.add(id_)
        self.assert_no_transactions()
        self.assertEqual(ledger_rows.balances(self.database), {})
        stored = ledger_rows.events(self.database)
        self.assertEqual(set(stored), seen)
        self.assertGreaterEqual(len(waiting), 3)
        for row in stored.values():
            self.assertEqual(ledger_rows.has_evidence(row), row["result"] == "waiting", row["event_id"])
        self.assert_alive(self.daemon)

    def expected_result(self, entry, waiting, ended):
        """A refund or dispute waits, unless it names no payment or one that will never be ours."""
        with open(os.path.join(FOLDER, "events", entry["file"]), encoding="utf-8") as file:
            object_ = json.load(file).get("data") or {}
        object_ = object_.get("object") or {}
        if entry["type"] in ("payment_intent.succeeded", "payment_intent.canceled"):
            ended.add(object_["id"])
        if not entry["type"].startswith(("refund.", "charge.refund", "charge.dispute.")):
            return "ignored"
        payment = object_.get("payment_intent")
        payment = payment["id"] if isinstance(payment, dict) else payment
        if object_.get("object") == "charge" and isinstance(object_.get("metadata"), dict):
            ended.add(payment)
        if payment is None or payment in ended:
            return "ignored"
        result = "again" if payment in waiting else "waiting"
        waiting.add(payment)
        return result

    def test_repeated_deliveries_of_published_events_credit_nothing(self):
        for _ in range(2):
            for entry in self.index:
                self.assertIn(self.post(entry)[1].status, (200, 422))
        self.assert_no_transactions()


@unittest.skipUnless(os.path.isdir(FOLDER), f"there is no folder {FOLDER}")
class PublishedSignatures(SystemTest):
    def test_a_configuration_that_can_never_verify_is_refused(self):
        cases = [case for case in load("signature-vectors.json") if case["reason"] == "bad_config"]
        self.assertGreaterEqual(len(cases), 6)
        for case in cases:
            with self.subTest(case["name"]):
                config = write_config(self.new_directory(), "postgresql:///nowhere",
                                      endpoints=[endpoint(secrets=case["secrets"])],
                                      webhook={"tolerance_seconds": case["tolerance_s"]})
                self.assertEqual(run("check-config", "--config", config).returncode, 78)

    @unittest.skipUnless(FAKETIME, "libfaketime is not installed (Debian: apt install faketime)")
    def test_every_published_signature_gets_the_expected_verdict_at_its_time(self):
        def setting(case):
            return case["now"], case["tolerance_s"]

        def carried(case):
            # HTTP strips white space from the ends of a field, so such a header cannot be sent.
            return case["header"] == case["header"].strip()

        cases = [case for case in load("signature-vectors.json") if case["reason"] != "bad_config"]
        cases = sorted(filter(carried, cases), key=setting)
        self.assertGreaterEqual(len(cases), 84)
        database = self.new_database()
        for (now, tolerance), group in itertools.groupby(cases, key=setting):
            group = list(group)
            paths = {}
            for case in group:
                paths.setdefault(tuple(case["secrets"]), f"/{len(paths)}")
            daemon = self.start(
                database, webhook={"tolerance_seconds": tolerance}, log={"rejections_per_minute": 1000},
                endpoints=[endpoint(path, secrets, livemode=False) for secrets, path in paths.items()],
                environment={
                    # Preloaded before a sanitizer's runtime, whose check of the link order is switched off.
                    "LD_PRELOAD": FAKETIME[0], "FAKETIME": str(now), "FAKETIME_FMT": "%s",
                    "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
                    "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")})
            for case in group:
                with self.subTest(case["name"]):
                    self.check(daemon, case, paths[tuple(case["secrets"])])
            self.stop(daemon)
        self.assert_no_transactions()

    def check(self, daemon, case, path):
        # This vector is two header fields, joined with a comma and a space.
        values = (case["header"].split(", ") if case["reason"] == "multiple_headers"
                  else [case["header"]])
        log_length = len(daemon.log())
        with daemon.connect() as connection:
            connection.send(request_bytes(path, [("Stripe-Signature", value) for value in values],
                                          base64.b64decode(case["payload_b64"])))
            answer = connection.read()
        if case["expect"] == "accept":
            told = answer.json()
            # The signature is accepted; the signed body need not be an event.
            self.assertTrue(answer.status in (200, 422) or told.get("reason") == "bad_event", answer)
            return
        self.assert_reply(answer, 400, "rejected")
        daemon.wait_for_line(rf"\breason={case['reason']}\b", after=log_length)


if __name__ == "__main__":
    unittest.main()
