"""Migrations of a newer program while this one runs, and servers with unsafe settings or a wrong encoding."""

import unittest

import ledger_rows
from cluster import Database, run_sql, setting
from daemon_process import run, write_config
from load import Load
from operations_test import Operations
from stripe_events import purchase

FORBIDS = "INSERT INTO tokenledger.schema_migrations (version, name) VALUES ('99990101000000', 'of_the_future')"
ALLOWS = ("INSERT INTO tokenledger.schema_migrations (version, name, oldest_program) "
          "SELECT '99990101000000', 'of_the_future', max(version) FROM tokenledger.schema_migrations")


class NewerSchema(Operations):
    def test_after_a_migration_that_forbids_this_program_it_writes_no_row_and_answers_503(self):
        daemon = self.start_watched()
        with Load(daemon.port) as load:
            load.wait_for(lambda: load.taken_now() >= 50, "50 purchases before the migration")
            there = int(self.database.sql(
                f"BEGIN; {FORBIDS}; SELECT count(*) FROM tokenledger.token_transactions; COMMIT"))
            load.wait_for(lambda: load.unavailable >= 20, "503 after it")
        self.assertEqual(load.surprises, [])
        self.assertEqual(len(ledger_rows.transactions(self.database)), there)
        self.assertEqual(len(load.taken), there, "answered 200, but not stored, or the reverse")
        self.until(lambda: self.readiness()[0] == 503, "not ready")
        self.assertIn("of_the_future", self.readiness()[1])
        told = [line for line in daemon.log() if "of_the_future" in line or "newer than" in line]
        self.assertEqual(len(told), 1, "the log says so once")
        # Stands for a program that knows the migration: without its row this one may write again.
        self.database.sql("DELETE FROM tokenledger.schema_migrations WHERE version > '9999'")
        self.until(lambda: self.readiness()[0] == 200, "ready")
        for each in load.open.values():
            self.assertEqual(daemon.post(each).json()["result"], "applied")
        self.assert_sound()

    def test_beside_a_migration_that_allows_it_this_program_goes_on_and_can_be_started(self):
        daemon = self.start_watched()
        with Load(daemon.port) as load:
            load.wait_for(lambda: load.taken_now() >= 50, "50 purchases before the migration")
            self.database.sql(ALLOWS)
            mark = load.taken_now()
            load.wait_for(lambda: load.taken_now() >= mark + 50, "50 purchases after it")
        self.assertEqual((load.surprises, load.unavailable, load.lost_connections), ([], 0, 0))
        self.until(lambda: "of_the_future" in self.readiness()[1], "it is told")
        self.assertEqual(self.readiness()[0], 200)
        self.assertEqual(run("migrate", "--config", self.config).returncode, 0)
        self.assert_alive(self.start(self.database))

    def test_a_program_that_a_migration_forbids_to_write_does_not_start(self):
        database = self.new_database()
        database.sql(FORBIDS)
        done = run("serve", "--config", write_config(self.new_directory(), database.url))
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertIn("may not write beside", done.stderr)


class Server(Operations):
    def admin(self, *statements):
        for each in statements:
            run_sql(setting("TOKENLEDGER_TEST_DATABASE_URL"), each)

    def test_an_unsafe_setting_is_reported_in_readiness_metrics_and_log_and_the_daemon_serves(self):
        self.addCleanup(self.admin, "ALTER SYSTEM RESET full_page_writes", "SELECT pg_reload_conf()")
        self.admin("ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
        daemon = self.start_watched()
        self.until(lambda: "full_page_writes is off" in self.readiness()[1], "it is told")
        status, text = self.readiness()
        self.assertEqual((status, text.splitlines()[0]), (200, "ready"))
        self.assertGreaterEqual(self.value("tokenledger_database_unsafe_settings"), 1)
        daemon.wait_for_line(r"warning .*full_page_writes is off")
        self.assert_alive(daemon)

    def test_migrate_and_serve_refuse_a_database_that_is_not_utf8(self):
        for encoding in ("SQL_ASCII", "LATIN1"):
            with self.subTest(encoding=encoding):
                database = Database(f"template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'")
                self.addCleanup(database.drop)
                config = write_config(self.new_directory(), database.url)
                for command in ("migrate", "serve"):
                    done = run(command, "--config", config)
                    self.assertEqual(done.returncode, 78, done.stderr)
                    self.assertIn(f"the encoding of the database is {encoding}, and must be UTF8", done.stderr)

    def test_session_settings_of_the_database_do_not_change_the_results(self):
        database = self.new_database()
        for each in ("array_nulls = off", "standard_conforming_strings = off", "synchronous_commit = off",
                     "client_encoding = 'LATIN1'"):
            self.admin(f"ALTER DATABASE {database.name} SET {each}")
        daemon = self.start_watched(on=database)
        event = purchase("Zoë \\'\" NULL")
        self.assert_reply(daemon.post(event), 200, "applied", event)
        self.assert_reply(daemon.post(event), 200, "duplicate", event)
        self.assertEqual(run("verify", "--config", self.config).returncode, 0)


# unittest must not collect the imported base class here.
del Operations

if __name__ == "__main__":
    unittest.main()
