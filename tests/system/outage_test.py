"""PostgreSQL or the daemon stops under load: every purchase that was answered 200 is in the ledger."""

import unittest

import ledger_rows
from cluster import Server
from daemon_process import Daemon
from harness import SystemTest
from load import Load


class UnderLoad(SystemTest):
    def credited(self):
        return {row["stripe_payment_intent_id"] for row in ledger_rows.transactions(self.database)}

    def assert_kept(self, load):
        """Every purchase answered 200 is in the ledger, once; all other answers were 503."""
        self.assertEqual(load.surprises, [])
        self.assertLessEqual(set(load.taken), self.credited(), "answered 200, but not in the ledger")
        self.assertLessEqual(self.credited(), load.sent)
        self.assert_sound()


class Outage(UnderLoad):
    def under_load_while(self, trouble, **config):
        """Runs a load, causes the trouble, and waits until purchases are applied again. Returns the load."""
        daemon = self.start(**config)
        with Load(daemon.port) as load:
            load.wait_for(lambda: load.taken_now() >= 50, "50 purchases before the trouble")
            trouble(load)
            mark = load.taken_now()
            load.wait_for(lambda: load.taken_now() >= mark + 50, "50 purchases after the trouble")
        self.assertEqual(load.lost_connections, 0, "the daemon dropped a connection")
        self.assert_kept(load)
        for event in load.open.values():  # events without a 200 are safe to send again
            self.assertEqual(daemon.post(event).status, 200)
        self.assertEqual(self.credited(), load.sent)
        self.assert_sound()
        return load

    def stop_and_start_postgres(self, mode):
        server = Server()

        def trouble(load):
            server.stop(mode)
            try:
                mark = load.unavailable
                load.wait_for(lambda: load.unavailable >= mark + 8, "503 while it is away")
            finally:
                server.start()
        return trouble

    def test_stopping_and_starting_postgres_loses_and_repeats_no_purchase(self):
        self.under_load_while(self.stop_and_start_postgres("fast"),
                              webhook={"request_timeout_ms": 1000})

    def test_an_immediate_shutdown_of_postgres_loses_and_repeats_no_purchase(self):
        self.under_load_while(self.stop_and_start_postgres("immediate"),
                              webhook={"request_timeout_ms": 1000})

    def test_a_daemon_started_while_the_database_is_away_waits_for_it(self):
        self.stop(self.start())
        self.database.close_the_door()
        daemon = Daemon(self.config, wait=False)
        self.addCleanup(self.stop, daemon)
        daemon.wait_for_line("database unavailable")
        self.database.open_the_door()
        daemon.wait_until_listening()
        self.assert_alive(daemon)

    def test_a_daemon_that_waits_for_the_database_ends_on_sigterm(self):
        self.stop(self.start())
        self.database.close_the_door()
        self.addCleanup(self.database.open_the_door)
        daemon = Daemon(self.config, wait=False)
        daemon.wait_for_line("database unavailable")
        self.stop(daemon)

    def test_terminating_backends_repeatedly_loses_and_repeats_no_purchase(self):
        def trouble(load):
            for _ in range(40):
                mark = load.taken_now() + load.unavailable
                self.database.kick_everybody()
                load.wait_for(lambda: load.taken_now() + load.unavailable > mark, "an answer")
        self.under_load_while(trouble, database={"connections": 4})


class TheDaemonGoes(UnderLoad):
    def test_a_daemon_terminated_under_load_answers_every_request_that_it_has_read(self):
        daemon = self.start(webhook={"drain_timeout_ms": 20000})
        with Load(daemon.port, threads=16, retry=False) as load:
            load.wait_for(lambda: load.taken_now() >= 100, "100 purchases")
            daemon.terminate()
            load.wait_for(lambda: load.lost_connections >= 16, "connections are refused")
        self.stop(daemon)  # exit status 0
        self.assertTrue(daemon.refuses_connections())
        self.assertEqual(load.unavailable, 0, "requests received are served, not refused")
        self.assert_kept(load)
        # A request without an answer was never read and stored nothing.
        self.assertEqual(self.credited() & set(load.unanswered), set())
        self.assertEqual(self.credited(), set(load.taken))

    def test_a_daemon_killed_under_load_has_stored_every_purchase_answered_200(self):
        daemon = self.start()
        with Load(daemon.port, retry=False) as load:
            load.wait_for(lambda: load.taken_now() >= 100, "100 purchases")
            daemon.kill()
            self.assertIsNone(daemon.sanitizer_report())
            load.wait_for(lambda: load.lost_connections >= 8, "the connections are gone")
        self.assert_kept(load)
        successor = self.start(self.database)
        for event in load.open.values():
            self.assertEqual(successor.post(event).status, 200)
        self.assertEqual(self.credited(), load.sent)
        self.assert_sound()

    def test_a_successor_takes_over_while_the_old_one_drains(self):
        old = self.start(webhook={"drain_timeout_ms": 20000})
        new = self.start(self.database)
        with Load(old.port, retry=False) as first, Load(new.port) as second:
            first.wait_for(lambda: first.taken_now() >= 30, "30 purchases at the old one")
            old.terminate()
            mark = second.taken_now()
            second.wait_for(lambda: second.taken_now() >= mark + 30, "30 purchases at the new one")
        self.stop(old)
        self.assertEqual(first.surprises + second.surprises, [])
        self.assertLessEqual(set(first.taken) | set(second.taken), self.credited())
        self.assert_sound()


if __name__ == "__main__":
    unittest.main()
