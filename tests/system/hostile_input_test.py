"""Malformed and hostile input: every request gets its status, and the daemon goes on serving."""

import json
import unittest

import ledger_rows
from daemon_process import signed_request
from harness import SystemTest
from stripe_events import SECRET, dump, new_id, ours, purchase, signed_header
from wire import NoAnswer, request_bytes


class Hostile(SystemTest):
    def setUp(self):
        self.daemon = self.start(webhook={"request_timeout_ms": 3000})
        self.addCleanup(self.assert_sound)
        self.addCleanup(self.assert_alive, self.daemon)


def replaced(event, old, new, times=1):
    """The event's bytes with `old` replaced, which must occur `times` times."""
    body = dump(event)
    assert body.count(old) == times, (body.count(old), old)
    return body.replace(old, new)


class Bodies(Hostile):
    def assert_bad_event(self, body):
        answer = self.daemon.post(body)
        self.assert_reply(answer, 400, "rejected", reason="bad_event")

    def assert_parked(self, body, event, reason):
        self.assert_reply(self.daemon.post(body), 200, "parked", event, reason)
        self.assert_stored(event, "parked", reason, evidence=True)

    def test_300_000_nested_arrays_are_rejected(self):
        deep = b"[" * 300_000 + b"]" * 300_000
        bought = dump(purchase())
        for body in (deep, b"[" * 300_000, b'{"a":' * 150_000, bought[:-1] + b', "x": ' + deep + b"}",
                     bought.replace(b'"tip": {}', b'"tip": ' + deep)):
            with self.subTest(body[:40]):
                self.assert_bad_event(body)
        self.assert_nothing_stored()

    def test_a_nesting_of_64_is_accepted_and_of_65_rejected(self):
        for depth, taken in ((64, True), (65, False)):
            bought = purchase()
            body = dump(bought)[:-1] + b', "x": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"
            with self.subTest(depth):
                if taken:
                    self.assert_reply(self.daemon.post(body), 200, "applied", bought)
                else:
                    self.assert_bad_event(body)

    def test_invalid_utf8_is_rejected(self):
        for wrong in (b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80"):
            with self.subTest(wrong):
                self.assert_bad_event(replaced(purchase(), "東京".encode(), wrong))
        self.assert_nothing_stored()

    def test_nul_bytes_and_text_around_the_object_are_rejected(self):
        body = dump(purchase())
        for wrong in (body + b"\0", body[:100] + b"\0" + body[100:], b"\0" + body, body + b"{}",
                      body + b",", b"\xef\xbb\xbf" + body):
            with self.subTest(wrong[-20:]):
                self.assert_bad_event(wrong)
        self.assert_nothing_stored()

    def test_white_space_around_the_object_is_accepted(self):
        bought = purchase()
        self.assert_reply(self.daemon.post(b"\r\n\t " + dump(bought) + b" \n"), 200, "applied", bought)

    def test_a_repeated_id_type_or_data_is_rejected(self):
        for key in (b'"id": "evt_1"', b'"type": "payment_intent.created"', b'"data": {}',
                    b'"\\u0069d": "evt_1"'):
            with self.subTest(key):
                self.assert_bad_event(dump(purchase())[:-1] + b", " + key + b"}")
        self.assert_nothing_stored()

    def test_an_event_that_repeats_another_key_of_the_envelope_is_parked(self):
        for key in (b'"livemode": true', b'"livemode": false', b'"account": "acct_1"',
                    b'"object": "v2.core.event"', b'"api_version": "2017-05-25"'):
            bought = purchase()
            with self.subTest(key):
                again = b', "account": "acct_2"}' if b"account" in key else b"}"
                self.assert_parked(dump(bought)[:-1] + b", " + key + again, bought, "bad_payload")
        self.assert_no_transactions()

    def test_an_event_may_repeat_keys_that_are_not_read(self):
        bought = purchase()
        body = dump(bought)[:-1] + b', "request": null, "pending_webhooks": 9}'
        self.assert_reply(self.daemon.post(body), 200, "applied", bought)

    def test_an_event_that_repeats_a_key_of_the_payment_is_parked(self):
        for name, first in (("amount_received", "1"), ("currency", '"usd"'), ("metadata", "{}"),
                            ("user_id", '"user_2"'), ("token_pack", '"starter"'), ("quantity", '"2"')):
            bought = purchase(metadata=ours("user_1", quantity="1"))
            key = f'"{name}": '.encode()
            body = replaced(bought, key, key + first.encode() + b", " + key)
            reason = "bad_payload" if name in ("amount_received", "currency", "metadata") else "bad_metadata"
            with self.subTest(name):
                self.assert_parked(body, bought, reason)
        bought = purchase()
        body = replaced(bought, b'"data": {', b'"data": {"object": {}, ')
        self.assert_parked(body, bought, "bad_payload")
        self.assert_no_transactions()

    def test_an_amount_that_is_not_a_non_negative_64_bit_integer_is_parked(self):
        for number in (b"1.0", b"999.0", b"1e2", b"9.99e2", b"9223372036854775808", b"-1", b"1" * 400,
                       b"1e400", b"-9223372036854775809", b"true", b"null", b'"999"', b"[]", b"{}"):
            bought = purchase()
            with self.subTest(number):
                body = replaced(bought, b'"amount_received": 999', b'"amount_received": ' + number)
                self.assert_parked(body, bought, "bad_payload")
        self.assert_no_transactions()

    def test_an_amount_of_2_to_the_63_minus_1_is_read_exactly_and_parked(self):
        bought = purchase("rich", amount=2 ** 63 - 1)
        self.assert_reply(self.daemon.post(bought), 200, "parked", bought, "amount_mismatch")
        effect, = self.database.rows("SELECT effect FROM tokenledger.stripe_events")
        self.assertIn(f"19:{2 ** 63 - 1},", effect["effect"])
        self.assert_no_transactions()

    def test_user_ids_that_cannot_be_stored_are_parked(self):
        for escaped in (b"\\ud800", b"\\udc00", b"\\udc00\\ud800", b"a\\u0000", b"\\u0000", b"a" * 256):
            bought = purchase("user_X")
            with self.subTest(escaped[:20]):
                self.assert_parked(replaced(bought, b"user_X", escaped), bought, "bad_metadata")
        self.assert_no_transactions()

    def test_user_ids_in_any_script_are_credited_unchanged(self):
        for user_id in ("用户—1", "👩‍👩‍👧", "a b", "'; DROP TABLE x; --", "u" * 255, "\\", '"', "\t"):
            bought = purchase(user_id)
            with self.subTest(user_id):
                self.assert_reply(self.daemon.post(bought), 200, "applied", bought)
                self.assertEqual(ledger_rows.balances(self.database)[user_id], 100000)

    def test_unstorable_text_in_other_fields_does_not_prevent_the_credit(self):
        for escaped in (b"\\ud800", b"\\u0000"):
            bought = purchase()
            body = replaced(bought, "東京".encode(), escaped)
            with self.subTest(escaped):
                self.assert_reply(self.daemon.post(body), 200, "applied", bought)
                row = ledger_rows.events(self.database)[bought["id"]]
                self.assertEqual(ledger_rows.evidence_of(row)[1], body)

    def test_events_with_ids_or_types_that_cannot_be_stored_are_answered_200(self):
        for text in ("", "e" * 256, "evt\0", "evt_\ud800", "évt_1"):
            with self.subTest(text[:9]):
                for odd, results in ((purchase() | {"id": text}, ("applied", "parked")),
                                     (purchase() | {"type": text}, ("ignored",)),
                                     (purchase(id=text), ("applied", "parked"))):
                    answer = self.daemon.post(json.dumps(odd).encode("ascii"))
                    self.assertEqual(answer.status, 200)
                    self.assertIn(answer.json()["result"], results)

    def test_metadata_at_its_limits_is_accepted(self):
        metadata = ours("user_1") | {f"{n:0>40}": "😀" * 500 for n in range(48)}
        raw, escaped = purchase(metadata=metadata), purchase(metadata=metadata)
        for bought, body in ((raw, dump(raw)), (escaped, json.dumps(escaped).encode("ascii"))):
            self.assertGreater(len(body), 90_000)
            self.assert_reply(self.daemon.post(body), 200, "applied", bought)


class Connections(Hostile):
    def answer_or_end(self, data):
        """The statuses of all answers until the connection ends or falls silent."""
        statuses = []
        with self.daemon.connect(timeout=8) as connection:
            connection.send(data)
            try:
                connection.half_close()
                while True:
                    statuses.append(connection.read().status)
            except (NoAnswer, OSError):
                return statuses

    def test_garbage_is_answered_400_or_431_or_not_at_all(self):
        for garbage in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200, b"\0" * 100,
                        b"GET\r\n\r\n", b"hello\r\n\r\n", b"POST /stripe/webhook HTTP/9.9\r\n\r\n",
                        b"POST /stripe/webhook HTTP/1.1\r\nno colon\r\n\r\n", b"\xff" * 20000,
                        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\r\n\r\n\r\n", b""):
            with self.subTest(garbage[:30]):
                self.assertIn(self.answer_or_end(garbage), ([400], [431], []))
        self.assert_nothing_stored()

    def test_contradicting_and_malformed_lengths_are_refused(self):
        body = dump(purchase())
        signed = ("Stripe-Signature", signed_header(body))
        for fields in ([("Content-Length", str(len(body))), ("Content-Length", "5")],
                       [("Content-Length", str(len(body))), ("Transfer-Encoding", "chunked")],
                       [("Content-Length", "-1")], [("Content-Length", "0x10")],
                       [("Content-Length", "9" * 30)], [("Content-Length", f"{len(body)}, 5")],
                       [("Transfer-Encoding", "gzip, chunked"), ("Transfer-Encoding", "nonsense")]):
            with self.subTest(fields):
                got = self.answer_or_end(request_bytes(headers=[signed, *fields], body=body, length=False))
                self.assertIn(got, ([400], [413], [415]))
        self.assert_nothing_stored()

    def test_a_malformed_chunked_body_is_refused_and_the_connection_closed(self):
        signed = ("Stripe-Signature", signed_header(b"x"))
        for coded in (b"zz\r\n", b"-1\r\n", b"fffffffffffffffff\r\n", b"5\r\nhello0\r\n\r\n"):
            with self.subTest(coded), self.daemon.connect() as connection:
                fields = [signed, ("Transfer-Encoding", "chunked")]
                connection.send(request_bytes(headers=fields, length=False) + coded)
                self.assertIn(connection.read().status, (400, 413))
                self.assertTrue(connection.at_end())

    def test_a_body_that_is_cut_off_stores_nothing(self):
        request = signed_request(purchase())
        self.assertIn(self.answer_or_end(request[:-1]), ([400], [408], []))
        with self.daemon.connect() as connection:
            connection.send(request[:-1])
        self.assert_nothing_stored()

    def test_pipelined_requests_are_answered_in_order(self):
        events = [purchase() for _ in range(20)]
        with self.daemon.connect() as connection:
            connection.send(b"".join(signed_request(event) for event in events))
            for event in events:
                self.assert_reply(connection.read(), 200, "applied", event)

    def test_pipelined_requests_behind_a_rejected_one_keep_their_own_answers(self):
        good = purchase()
        with self.daemon.connect() as connection:
            connection.send(signed_request(purchase(), secrets=["whsec_wrong"]) + signed_request(good))
            self.assertEqual(connection.read().status, 400)
            self.assert_reply(connection.read(), 200, "applied", good)

    def test_http_1_0_is_served_and_closed(self):
        bought = purchase()
        with self.daemon.connect() as connection:
            connection.send(signed_request(bought, version="HTTP/1.0", host=False))
            self.assert_reply(connection.read(), 200, "applied", bought)
            self.assertTrue(connection.at_end())

    def test_the_connection_is_closed_if_the_client_asks_for_it(self):
        with self.daemon.connect() as connection:
            connection.send(signed_request(purchase(), headers=[("Connection", "close")]))
            answer = connection.read()
            self.assertEqual((answer.status, answer.closes), (200, True))
            self.assertTrue(connection.at_end())

    def test_a_client_that_waits_for_100_continue_gets_it(self):
        bought = purchase()
        body = dump(bought)
        fields = [("Stripe-Signature", signed_header(body, SECRET)), ("Expect", "100-continue")]
        with self.daemon.connect() as connection:
            connection.send(request_bytes(headers=fields, length=len(body)))
            self.assertEqual(connection.read().status, 100)
            connection.send(body)
            self.assert_reply(connection.read(), 200, "applied", bought)

    def test_a_client_that_waits_for_100_continue_is_refused_without_it(self):
        with self.daemon.connect() as connection:
            connection.send(request_bytes(headers=[("Expect", "100-continue")], length=1000))
            self.assertEqual(connection.read().status, 400)

    def test_clients_that_disconnect_at_any_point_do_no_harm(self):
        request = signed_request(purchase(new_id("user")))
        for cut in range(0, len(request), 37):
            with self.daemon.connect() as connection:
                connection.send(request[:cut])
        with self.daemon.connect() as connection:
            connection.send(request)  # gone before the answer: it may be applied, once
        self.assertLessEqual(len(ledger_rows.transactions(self.database)), 1)


if __name__ == "__main__":
    unittest.main()
