"""PostgreSQL goes and comes back, or the daemon goes, under load: what was answered 200 is in the ledger."""

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
        """Every 200 is in the ledger, once; nothing was answered but 200 and 503."""
        self.assertEqual(load.surprises, [])
        self.assertLessEqual(set(load.taken), self.credited(), "answered 200, but not in the ledger")
        self.assertLessEqual(self.credited(), load.sent)
        self.assert_sound()


class Outage(UnderLoad):
    def under_load_while(self, trouble, **config):
        """Load; then the trouble; then load again until it is over. Returns the load's record."""
        daemon = self.start(**config)
        with Load(daemon.port) as load:
            load.wait_for(lambda: load.taken_now() >= 50, "50 purchases before the trouble")
            trouble(load)
            mark = load.taken_now()
            load.wait_for(lambda: load.taken_now() >= mark + 50, "50 purchases after the trouble")
        self.assertEqual(load.lost_connections, 0, "the daemon dropped a connection")
        self.assert_kept(load)
        for event in load.open.values():  # what was in the air at the end is safe to send again
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

    def test_postgres_stopped_and_started_loses_and_doubles_nothing(self):
        self.under_load_while(self.stop_and_start_postgres("fast"),
                              webhook={"request_timeout_ms": 1000})

    def test_postgres_stopped_at_once_as_in_a_crash_loses_and_doubles_nothing(self):
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

    def test_a_daemon_that_waits_for_the_database_ends_when_it_is_told_to(self):
        self.stop(self.start())
        self.database.close_the_door()
        self.addCleanup(self.database.open_the_door)
        daemon = Daemon(self.config, wait=False)
        daemon.wait_for_line("database unavailable")
        self.stop(daemon)

    def test_backends_killed_again_and_again_lose_and_double_nothing(self):
        def trouble(load):
            for _ in range(40):
                mark = load.taken_now() + load.unavailable
                self.database.kick_everybody()
                load.wait_for(lambda: load.taken_now() + load.unavailable > mark, "an answer")
        self.under_load_while(trouble, database={"connections": 4})


class TheDaemonGoes(UnderLoad):
    def test_a_daemon_that_is_told_to_end_under_load_answers_what_it_has_received(self):
        daemon = self.start(webhook={"drain_timeout_ms": 20000})
        with Load(daemon.port, threads=16, retry=False) as load:
            load.wait_for(lambda: load.taken_now() >= 100, "100 purchases")
            daemon.terminate()
            load.wait_for(lambda: load.lost_connections >= 16, "connections are refused")
        self.stop(daemon)  # exit status 0
        self.assertTrue(daemon.refuses_connections())
        self.assertEqual(load.unavailable, 0, "requests received are served, not refused")
        self.assert_kept(load)
        # A request without an answer is one that was never read: it left nothing behind.
        self.assertEqual(self.credited() & set(load.unanswered), set())
        self.assertEqual(self.credited(), set(load.taken))

    def test_a_daemon_that_is_killed_under_load_has_kept_every_200(self):
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
