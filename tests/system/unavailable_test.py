"""Answers with 503: the database away or slow, the queue full, a cap reached, shutting down."""

import unittest

import ledger_rows
from cluster import Lock
from daemon_process import signed_request
from harness import SystemTest
from stripe_events import dump, padded, purchase, signed_header
from wire import NoAnswer, request_bytes

PAYMENTS = "tokenledger.payments"


class Unavailable(SystemTest):
    def assert_unavailable(self, response, event=None):
        self.assertEqual(response.status, 503, response)
        self.assert_form(response)
        told = response.json()
        # A request that is refused unread has no event id to name.
        self.assertIn(told, ({"result": "unavailable"},
                             {"result": "unavailable", "event": event and event["id"]}))


class TheDatabase(Unavailable):
    def test_events_are_503_while_the_database_is_away_and_the_connection_is_kept(self):
        daemon = self.start(webhook={"request_timeout_ms": 1000})
        bought = purchase("user_1")
        with daemon.connect() as connection:
            self.database.close_the_door()
            for _ in range(2):
                connection.send(signed_request(bought))
                answer = connection.read()
                self.assert_unavailable(answer, bought)
                self.assertFalse(answer.closes)
            self.database.open_the_door()
            self.assert_nothing_stored()

            def accepted():
                connection.send(signed_request(bought))
                return connection.read().json()["result"] == "applied"
            self.until(accepted, "the event is applied once the database is back")
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 100000})

    def test_a_request_that_needs_no_database_is_answered_while_it_is_away(self):
        daemon = self.start(webhook={"request_timeout_ms": 1000})
        self.database.close_the_door()
        self.addCleanup(self.database.open_the_door)
        self.assert_reply(daemon.post(b"{}"), 400, "rejected", reason="bad_event")
        self.assert_reply(daemon.post(b"{}", secrets=["whsec_wrong"]), 400, "rejected")

    def test_a_passed_deadline_is_503_and_the_retry_is_safe(self):
        daemon = self.start(webhook={"request_timeout_ms": 500})
        bought = purchase("user_1")
        with Lock(self.database, PAYMENTS):
            self.assert_unavailable(daemon.post(bought), bought)
        results = set()

        def accepted():
            results.add(daemon.post(bought).json()["result"])
            return results & {"applied", "duplicate"}
        self.until(accepted, "the retry is taken")
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 100000})
        self.assert_sound()

    def test_backends_that_are_terminated_do_not_end_the_service(self):
        daemon = self.start()
        for _ in range(3):
            self.database.kick_everybody()
            self.until(lambda: daemon.post(purchase("user_1")).status == 200, "it recovers")
        self.assert_sound()


class TheCaps(Unavailable):
    def test_a_full_queue_is_503_at_once_and_what_was_queued_is_applied(self):
        daemon = self.start(database={"connections": 1, "max_batch": 1, "queue_limit": 1},
                            webhook={"request_timeout_ms": 20000})
        connections = [daemon.connect() for _ in range(8)]
        purchases = [purchase("user_1") for _ in connections]
        with Lock(self.database, PAYMENTS) as lock:
            for connection, bought in zip(connections, purchases):
                self.addCleanup(connection.close)
                connection.send(signed_request(bought))
            # The worker has one and the queue one: neither is answered until the lock is released.
            refused = []

            def all_but_two_are_answered():
                refused[:] = [c for c in connections if not c.silent(0)]
                return len(refused) >= len(connections) - 2
            self.until(all_but_two_are_answered, "what finds no place is refused at once")
            for connection in refused:
                answer = connection.read()
                self.assert_unavailable(answer, purchases[connections.index(connection)])
                self.assertFalse(answer.closes)
            lock.release()
            # If the worker took its event late, a seventh was refused, perhaps after the check above.
            others = [c.read().json()["result"] for c in connections if c not in refused]
            self.assertIn("applied", others)
            self.assertLessEqual(set(others), {"applied", "unavailable"})
        connection = refused[0]
        connection.send(signed_request(purchases[connections.index(connection)]))
        self.assertEqual(connection.read().json()["result"], "applied")
        self.assertEqual(ledger_rows.balances(self.database),
                         {"user_1": 100000 * (others.count("applied") + 1)})

    def test_a_connection_past_the_cap_is_503_and_another_is_accepted_when_one_closes(self):
        daemon = self.start(webhook={"max_connections": 2})
        first, second, third = daemon.connect(), daemon.connect(), None
        for connection in (first, second):
            self.addCleanup(connection.close)
            connection.send(signed_request(purchase()))
            self.assertEqual(connection.read().status, 200)
        third = daemon.connect()
        self.addCleanup(third.close)
        third.send(signed_request(purchase()))
        answer = third.read()
        self.assert_unavailable(answer)
        self.assertTrue(answer.closes)
        self.assertTrue(third.at_end())
        first.close()

        def place():
            try:
                return daemon.post(purchase()).status == 200
            except NoAnswer:
                return False
        self.until(place, "a connection is taken again")
        second.send(signed_request(purchase()))
        self.assertEqual(second.read().status, 200)

    def test_body_bytes_in_flight_past_the_cap_are_503(self):
        daemon = self.start(webhook={"max_body_bytes": 10000, "max_body_bytes_in_flight": 10000})
        held, bought = purchase("user_1"), purchase("user_1")
        body = padded(held, 9000)
        with daemon.connect() as holder, daemon.connect() as other:
            # 100 Continue shows that the bytes of the body are reserved.
            fields = [("Stripe-Signature", signed_header(body)), ("Expect", "100-continue")]
            holder.send(request_bytes(headers=fields, length=len(body)))
            self.assertEqual(holder.read().status, 100)
            other.send(signed_request(padded(bought, 9000)))
            answer = other.read()
            self.assert_unavailable(answer)
            holder.send(body)
            self.assert_reply(holder.read(), 200, "applied", held)
        # The bytes are released when the last holder of the body is gone.
        self.until(lambda: daemon.post(padded(bought, 9000)).json()["result"] == "applied", "room again")


class ShuttingDown(Unavailable):
    def test_a_request_that_has_begun_is_served_with_connection_close(self):
        daemon = self.start()
        bought = purchase("user_1")
        request = signed_request(bought)
        with daemon.connect() as connection:
            fields = [("Stripe-Signature", signed_header(dump(bought))), ("Expect", "100-continue")]
            connection.send(request_bytes(headers=fields, length=len(dump(bought))))
            self.assertEqual(connection.read().status, 100)
            daemon.terminate()
            self.until(daemon.refuses_connections, "no new connections")
            connection.send(request[request.index(b"\r\n\r\n") + 4:])
            answer = connection.read()
            self.assert_reply(answer, 200, "applied", bought)
            self.assertTrue(answer.closes)
            self.assertTrue(connection.at_end())
        self.stop(daemon)
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 100000})

    def test_an_idle_connection_does_not_delay_the_shutdown(self):
        daemon = self.start(webhook={"drain_timeout_ms": 30000})
        with daemon.connect() as connection:
            connection.send(signed_request(purchase()))
            self.assertEqual(connection.read().status, 200)
            daemon.terminate()
            self.assertTrue(connection.at_end())
            self.stop(daemon)

    def test_a_request_past_the_drain_timeout_is_503_and_its_connection_is_closed(self):
        daemon = self.start(webhook={"drain_timeout_ms": 300, "request_timeout_ms": 20000})
        bought = purchase("user_1")
        with daemon.connect() as connection, Lock(self.database, PAYMENTS):
            connection.send(signed_request(bought))
            self.until(lambda: self.database.sql(
                "SELECT count(*) FROM pg_locks WHERE NOT granted") != "0", "the writer waits")
            daemon.terminate()
            answer = connection.read()
            self.assert_unavailable(answer, bought)
            self.assertTrue(answer.closes)
            self.assertTrue(connection.at_end())
        self.stop(daemon)

    def test_an_unfinished_body_does_not_delay_the_shutdown(self):
        daemon = self.start(webhook={"drain_timeout_ms": 300, "request_timeout_ms": 20000})
        with daemon.connect() as connection:
            connection.send(signed_request(purchase())[:-1])
            daemon.terminate()
            self.stop(daemon)
        self.assert_no_transactions()


if __name__ == "__main__":
    unittest.main()
