"""Requests refused before an event is read: paths, methods, signatures, and requests too slow or too big."""

import time
import unittest

from daemon_process import PATH, signed_request
from harness import SystemTest
from stripe_events import SECRET, dump, padded, purchase, signature, signed_header
from wire import chunked, request_bytes

MIB = 1 << 20
GOOD = "0" * 64


class Refusal(SystemTest):
    def setUp(self):
        self.daemon = self.start()

    def assert_refused(self, response, status, closes=None):
        self.assert_reply(response, status, "rejected")
        if closes is not None:
            self.assertEqual(response.closes, closes, "Connection: close")

    def refuse_before_the_body(self, fields, status=400):
        """The answer must come before the client sends the body that it has announced."""
        with self.daemon.connect() as connection:
            connection.send(request_bytes(headers=fields, length=1000))
            answer = connection.read()
            self.assert_refused(answer, status)
            if answer.closes:
                self.assertTrue(connection.at_end(), "announced close, but the connection is still open")

    def reason_logged(self, reason):
        self.daemon.wait_for_line(rf"\breason={reason}\b")


class PathsAndMethods(Refusal):
    def test_an_unknown_path_is_404(self):
        for path in ("/", "/stripe", "/stripe/webhook/", "/stripe/webhook2", "/STRIPE/WEBHOOK",
                     "/healthz", "/metrics", "/v1/accounts/user_1"):
            with self.subTest(path):
                self.assert_refused(self.daemon.post(purchase(), path=path), 404)
        self.assert_nothing_stored()

    def test_another_method_is_405_with_allow_post(self):
        for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
            with self.subTest(method), self.daemon.connect() as connection:
                answer = connection.request(PATH, method=method)
                self.assert_refused(answer, 405)
                self.assertEqual(answer.header("Allow"), "POST")

    def test_an_answer_to_head_has_no_body(self):
        bought = purchase()
        with self.daemon.connect() as connection:
            connection.send(request_bytes(PATH, method="HEAD", length=False))
            head = connection.read_head()
            self.assertEqual((head.status, head.header("Allow")), (405, "POST"))
            if not head.closes:
                connection.send(signed_request(bought))
                self.assert_reply(connection.read(), 200, "applied", bought)
            else:
                self.assertTrue(connection.at_end())

    def test_the_path_is_checked_before_the_method_and_the_method_before_the_signature(self):
        with self.daemon.connect() as connection:
            self.assert_refused(connection.request("/nowhere", method="GET"), 404)
        with self.daemon.connect() as connection:
            self.assert_refused(connection.request(PATH, method="PUT", body=b"{}"), 405)

    def test_a_query_string_does_not_change_the_path(self):
        bought = purchase()
        answer = self.daemon.post(bought, path=PATH + "?from=stripe")
        self.assert_reply(answer, 200, "applied", bought)


class Signatures(Refusal):
    def test_a_missing_signature_is_refused_before_the_body(self):
        self.refuse_before_the_body([])
        self.refuse_before_the_body([("Stripe-Signature", "")])
        self.reason_logged("no_header")

    def test_a_repeated_signature_is_refused_before_the_body(self):
        field = ("Stripe-Signature", signed_header(b"x"))
        self.refuse_before_the_body([field, field])
        self.refuse_before_the_body([field, ("stripe-signature", field[1])])
        self.reason_logged("multiple_headers")

    def test_a_malformed_signature_is_refused_before_the_body(self):
        now = int(time.time())
        for value, reason in ((f"v1={GOOD}", "no_timestamp"), (f"t={now}", "no_v1"),
                              (f"t={now},v0={GOOD}", "no_v1"), (f"t=+{now},v1={GOOD}", "bad_timestamp"),
                              (f"t=0{now},v1={GOOD}", "bad_timestamp"),
                              (f"t={2 ** 63},v1={GOOD}", "bad_timestamp"),
                              (f"t={now},t={now},v1={GOOD}", "duplicate_timestamp")):
            with self.subTest(value):
                self.refuse_before_the_body([("Stripe-Signature", value)])
                self.reason_logged(reason)

    def test_a_signature_field_over_4096_bytes_is_refused_before_the_body(self):
        value = signed_header(b"x")
        self.refuse_before_the_body([("Stripe-Signature", value + "," + "x" * (4096 - len(value)))])
        self.reason_logged("header_too_long")

    def test_a_signature_field_of_4096_bytes_is_read(self):
        bought = purchase()
        body = dump(bought)
        value = signed_header(body) + ","
        value += "x" * (4096 - len(value))
        with self.daemon.connect() as connection:
            answer = connection.request(headers=[("Stripe-Signature", value)], body=body)
        self.assert_reply(answer, 200, "applied", bought)

    def test_a_missing_signature_is_checked_before_size_and_encoding(self):
        self.refuse_before_the_body([("Content-Encoding", "gzip")])
        with self.daemon.connect() as connection:
            connection.send(request_bytes(length=2 * MIB))
            self.assert_refused(connection.read(), 400)

    def test_an_empty_body_is_rejected(self):
        self.assert_refused(self.daemon.post(b""), 400)
        self.reason_logged("empty_body")

    def test_a_signature_that_does_not_match_is_rejected(self):
        bought = purchase()
        self.assert_refused(self.daemon.post(bought, secrets=["whsec_somebody_else"]), 400)
        body = dump(bought)
        field = [("Stripe-Signature", signed_header(body))]
        with self.daemon.connect() as connection:
            self.assert_refused(connection.request(headers=field, body=body + b"\n"), 400)
        with self.daemon.connect() as connection:
            changed = body.replace(b"999", b"998")
            self.assert_refused(connection.request(headers=field, body=changed), 400)
        self.reason_logged("no_match")
        self.assert_nothing_stored()

    def test_a_timestamp_outside_the_tolerance_is_rejected_on_either_side(self):
        now = int(time.time())
        self.assert_refused(self.daemon.post(purchase(), timestamp=now - 310), 400)
        self.reason_logged("too_old")
        self.assert_refused(self.daemon.post(purchase(), timestamp=now + 310), 400)
        self.reason_logged("too_new")
        self.assert_nothing_stored()
        for timestamp in (now - 280, now + 280):
            bought = purchase()
            self.assert_reply(self.daemon.post(bought, timestamp=timestamp), 200, "applied", bought)

    def test_a_wrong_signature_is_reported_before_an_old_timestamp(self):
        self.daemon.post(purchase(), timestamp=12345, secrets=["whsec_somebody_else"])
        self.reason_logged("no_match")
        self.assertFalse([line for line in self.daemon.log() if "reason=too_old" in line])

    def test_one_good_signature_among_others_is_enough(self):
        bought = purchase()
        body = dump(bought)
        now = int(time.time())
        value = f"t={now},v1={GOOD},v1=potato,v1={signature(body, SECRET, now)},v9=x,,word"
        with self.daemon.connect() as connection:
            answer = connection.request(headers=[("Stripe-Signature", value)], body=body)
        self.assert_reply(answer, 200, "applied", bought)

    def test_after_a_rejection_the_connection_serves_the_next_request(self):
        with self.daemon.connect() as connection:
            for _ in range(3):
                connection.send(signed_request(purchase(), secrets=["whsec_somebody_else"]))
                self.assert_refused(connection.read(), 400, closes=False)
            bought = purchase()
            connection.send(signed_request(bought))
            self.assert_reply(connection.read(), 200, "applied", bought)


class Sizes(Refusal):
    def test_a_body_of_exactly_the_limit_is_accepted(self):
        bought = purchase()
        self.assert_reply(self.daemon.post(padded(bought, MIB)), 200, "applied", bought)

    def test_a_length_over_the_limit_is_413_before_the_body(self):
        with self.daemon.connect() as connection:
            fields = [("Stripe-Signature", signed_header(b"x"))]
            connection.send(request_bytes(headers=fields, length=MIB + 1))
            self.assert_refused(connection.read(), 413, closes=True)
            self.assertTrue(connection.at_end())

    def test_a_chunked_body_over_the_limit_is_413(self):
        body = padded(purchase(), MIB + 1)
        fields = [("Stripe-Signature", signed_header(body)), ("Transfer-Encoding", "chunked")]
        with self.daemon.connect() as connection:
            connection.send(request_bytes(headers=fields, length=False) + chunked(body))
            self.assert_refused(connection.read(), 413, closes=True)
        self.assert_nothing_stored()

    def test_a_chunked_body_of_exactly_the_limit_is_accepted(self):
        bought = purchase()
        body = padded(bought, MIB)
        fields = [("Stripe-Signature", signed_header(body)), ("Transfer-Encoding", "chunked")]
        with self.daemon.connect() as connection:
            connection.send(request_bytes(headers=fields, length=False) + chunked(body, 1000))
            self.assert_reply(connection.read(), 200, "applied", bought)

    def test_a_client_that_is_refused_can_still_send_its_whole_body(self):
        for fields, status in (([("Stripe-Signature", signed_header(b"x"))], 413), ([], 400)):
            with self.subTest(status), self.daemon.connect() as connection:
                connection.send(request_bytes(headers=fields, length=2 * MIB) + b"x" * MIB)
                self.assert_refused(connection.read(), status)
                # A reset would lose the answer for a client that sends everything before it reads.
                for _ in range(16):
                    connection.socket.sendall(b"x" * (MIB // 16))

    def test_a_body_with_a_content_encoding_is_415(self):
        for coding in ("gzip", "br", "deflate", "identity, gzip"):
            with self.subTest(coding), self.daemon.connect() as connection:
                connection.send(signed_request(purchase(), headers=[("Content-Encoding", coding)]))
                self.assert_refused(connection.read(), 415, closes=True)
                self.assertTrue(connection.at_end())
        self.assert_nothing_stored()

    def test_a_body_with_the_identity_encoding_is_accepted(self):
        for coding in ("identity", "Identity"):
            bought = purchase()
            answer = self.daemon.post(bought, headers=[("Content-Encoding", coding)])
            self.assert_reply(answer, 200, "applied", bought)

    def test_headers_past_16_kib_are_431(self):
        for fields in ([("X-Long", "x" * 17000)], [("X-Many", "x" * 100)] * 170):
            with self.subTest(len(fields)), self.daemon.connect() as connection:
                connection.send(signed_request(purchase(), headers=fields))
                self.assert_refused(connection.read(), 431, closes=True)
                self.assertTrue(connection.at_end())
        self.assert_nothing_stored()


class Slowness(Refusal):
    def setUp(self):
        self.daemon = self.start(webhook={"request_timeout_ms": 1000})

    def assert_408(self, *parts):
        with self.daemon.connect() as connection:
            for part in parts:
                connection.send(part)
            self.assert_refused(connection.read(), 408, closes=True)
            self.assertTrue(connection.at_end())

    def test_a_header_that_does_not_end_is_408(self):
        self.assert_408(b"POST /stripe/webhook HTTP/1.1\r\nHost: localhost\r\n")

    def test_a_body_that_does_not_end_is_408(self):
        request = signed_request(purchase())
        self.assert_408(request[:-1])
        self.assert_408(request[:request.index(b"\r\n\r\n") + 4])
        self.assert_nothing_stored()

    def test_a_body_that_arrives_too_slowly_is_408(self):
        request = signed_request(purchase())
        head = request.index(b"\r\n\r\n") + 4
        with self.daemon.connect() as connection:
            connection.send(request[:head])
            for byte in request[head:head + 40]:
                connection.send(bytes([byte]))
                if not connection.silent(0.05):
                    break
            self.assert_refused(connection.read(), 408, closes=True)

    def test_slow_requests_do_not_block_others(self):
        slow = [self.daemon.connect() for _ in range(50)]
        for connection in slow:
            self.addCleanup(connection.close)
            connection.send(b"POST /stripe/webhook HTTP/1.1\r\n")
        self.assert_alive(self.daemon)


if __name__ == "__main__":
    unittest.main()
