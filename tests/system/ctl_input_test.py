"""The input of tokenledgerctl: days, time zones, values and commands, and the errors for what it refuses."""

import csv
import datetime
import io
import json
import os
import signal
import subprocess
import unittest
import zoneinfo

from ctl import DONE, REFUSED, TIMEOUT_S, UNREACHABLE, USAGE, CtlTest, program
from stripe_events import purchase

RESULTS = ("applied", "duplicate", "ignored", "parked", "waiting", "dismissed", "expired")
FIRST_TO_WAKE, LAST_TO_WAKE = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # their dates always differ


class Values(CtlTest):
    """Filters with values, known and unknown."""

    def setUp(self):
        self.start_admin()
        self.daemon.post(purchase("user_1"))
        for model in ("small", "large"):
            self.admin.post("/v1/usage", {"request_id": model, "user_id": "user_1", "action_type": "chat",
                                          "model_used": model, "tokens_used": 9})

    def assert_refused_with_a_guess(self, exit_code, words, meant, others):
        with self.subTest(words=words):
            done = self.ctl(*words, exit_code=exit_code)
            self.assertIn(f"did you mean `{meant}`?", done.stderr)
            for each in others:
                self.assertIn(each, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_an_unknown_value_of_a_fixed_list_is_refused_with_a_guess_and_the_known_ones(self):
        for words, meant, others in ((("events", "--result", "parkd"), "parked", RESULTS),
                                     (("events", "--reason", "unknown_pak"), "unknown_pack", ("amount_mismatch",)),
                                     (("history", "--type", "purchas"), "purchase", ("grant", "transfer")),
                                     (("history", "--source", "strip"), "stripe", ("admin", "token_pack")),
                                     (("report", "--by", "modle"), "model", ("pack", "currency")),
                                     (("export", "events", "--result", "parkd"), "parked", RESULTS),
                                     (("export", "transactions", "--type", "grnt"), "grant", ("refund",)),
                                     (("export", "transactions", "--source", "strip"), "stripe", ("usage",)),
                                     (("export", "purchase"), "purchases", ("usage", "activity")),
                                     (("export", "usage", "--format", "cvs"), "csv", ("jsonl",)),
                                     (("grant", "u", "5", "--source", "tril"), "trial", ("admin", "subscription"))):
            self.assert_refused_with_a_guess(USAGE, words, meant, others)

    def test_an_unknown_model_action_or_event_type_is_refused_with_a_guess_and_the_known_ones(self):
        for words, meant, others in ((("usage-report", "--model", "smal"), "small", ("large",)),
                                     (("usage-report", "--action", "caht"), "chat", ()),
                                     (("usage-report", "user_1", "--model", "smal", "--json"), "small", ("large",)),
                                     (("export", "usage", "--model", "lrge"), "large", ("small",)),
                                     (("export", "usage", "--action", "chta", "--format", "jsonl"), "chat", ()),
                                     (("events", "--type", "charge.refundd"), "charge.refunded", ("refund.created",)),
                                     (("export", "events", "--type", "refund.creatd"), "refund.created", ())):
            self.assert_refused_with_a_guess(REFUSED, words, meant, others)

    def test_a_known_value_without_matching_rows_is_not_refused(self):
        self.assertIn("no rows", self.ctl("usage-report", "--model", "small", "--to", "2020-01").stdout)
        self.assertIn("no events", self.ctl("events", "--type", "charge.refunded").stdout)
        self.assertIn("no events", self.ctl("events", "--result", "parked").stdout)
        self.assertEqual(self.ctl("export", "usage", "--model", "small", "--to", "2020-01").stdout.count("\n"), 1)

    def test_events_can_be_filtered_by_a_type_that_the_webhook_ignores(self):
        self.daemon.post({**purchase("user_1"), "type": "customer.created", "id": "evt_other"})
        self.assertIn("evt_other", self.ctl("events", "--type", "customer.created").stdout)

    def test_export_refuses_a_filter_that_its_list_lacks_and_names_those_it_has(self):
        for words, has in ((("events", "--user", "u"), ("--type", "--result")),
                           (("usage", "--type", "grant"), ("--user", "--action", "--model")),
                           (("purchases", "--result", "parked"), ("--user", "--source")),
                           (("holds", "--member", "ada"), ("--user", "--state"))):
            with self.subTest(words=words):
                said = self.ctl("export", *words, exit_code=USAGE).stderr
                self.assertIn(f"export {words[0]} has no {words[1]}", said)
                for each in has:
                    self.assertIn(each, said)


class Commands(CtlTest):
    def setUp(self):
        self.path = os.path.join(self.new_directory(), "admin.sock")

    def test_the_error_for_an_unknown_command_or_option_suggests_the_nearest_one(self):
        for words, wrong, meant in ((("gran", "user_1", "5"), "gran", "grant"),
                                    (("--json", "balence", "user_1"), "balence", "balance"),
                                    (("expotr", "events"), "expotr", "export"),
                                    (("events", "retyr", "evt_1"), "retyr", "retry"),
                                    (("events", "--resutl", "parked"), "--resutl", "--result"),
                                    (("grant", "u", "5", "--reasn", "x"), "--reasn", "--reason"),
                                    (("--sokcet", "x", "status"), "--sokcet", "--socket")):
            with self.subTest(words=words):
                said = self.ctl(*words, exit_code=USAGE).stderr
                self.assertIn(f"`{wrong}`", said)
                self.assertIn(f"did you mean `{meant}`?", said)
                self.assertNotIn("subcommand is required", said)
        self.assertIn("grant, deduct, transfer", self.ctl("gran", exit_code=USAGE).stderr)
        self.assertIn("--help", self.ctl(exit_code=USAGE).stderr)

    def test_control_characters_in_an_unknown_command_are_escaped(self):
        self.assertIn("\\x1b", self.ctl("\x1b[2Jgrant", exit_code=USAGE).stderr)


class Errors(CtlTest):
    """With --json errors are JSON too: standard error has JSON Lines, the error last."""

    def setUp(self):
        self.start_admin()

    def error(self, *words, exit_code, **environment):
        done = self.ctl(*words, exit_code=exit_code, **environment)
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertTrue(lines and all(isinstance(line, dict) for line in lines), done.stderr)
        self.assertTrue(lines[-1]["type"] and lines[-1]["title"])
        return done, lines

    def test_a_refusal_prints_the_problem_of_the_daemon(self):
        done, lines = self.error("--json", "balance", "nobody", exit_code=REFUSED)
        self.assertEqual(done.stdout, "")
        self.assertEqual(lines, [self.admin.get("/v1/accounts/nobody").json()])
        _, lines = self.error("deduct", "nobody", "5", "--json", "--key", "k", exit_code=REFUSED)
        self.assertEqual([lines[0], lines[1]["type"]], [{"idempotency_key": "k"}, "unknown_account"])

    def test_errors_of_the_client_itself_have_a_type(self):
        for words, exit_code, slug in ((("gran", "--json"), USAGE, "usage"),
                                       (("grant", "u", "x", "--json"), USAGE, "usage"),
                                       (("events", "--result", "parkd", "--json"), USAGE, "usage"),
                                       (("grant", "u", "1", "--json", "--metadata", "[]"), USAGE, "usage"),
                                       (("deduct", "u", "1", "--json", "--dry-run"), REFUSED, "failed"),
                                       (("usage-report", "--json", "--model", "x"), REFUSED, "unknown_value"),
                                       (("status", "--json", "--socket", "/nowhere"), UNREACHABLE, "unreachable")):
            with self.subTest(words=words):
                done, lines = self.error(*words, exit_code=exit_code)
                self.assertEqual((lines[-1]["type"], done.stdout), (slug, ""))
        _, lines = self.error("--json", "grant", "u", "1", exit_code=REFUSED, TOKENLEDGER_CONFIRM_ABOVE="many")
        self.assertIn("TOKENLEDGER_CONFIRM_ABOVE", lines[-1]["title"])

    def test_an_unavailable_ledger_prints_the_command_to_repeat_with_its_key(self):
        self.database.close_the_door()
        self.addCleanup(self.database.open_the_door)
        self.until(lambda: self.admin.get("/readyz").status == 503, "the daemon notices")
        _, lines = self.error("grant", "u", "5", "--json", exit_code=UNREACHABLE)
        self.assertEqual(lines[-1]["type"], "unavailable")
        self.assertTrue(lines[-1]["again"].endswith(f"grant u 5 --json --key {lines[0]['idempotency_key']}"))


class Pipes(CtlTest):
    def setUp(self):
        self.start_admin()
        for number in range(3):
            self.admin.grant(f"user_{number}", 5)

    def test_a_closed_pipe_ends_the_program_without_a_message(self):
        for words in (("history",), ("events",), ("export", "transactions"), ("history", "--json"), ("--help",),
                      ("report",)):
            for restored in (True, False):  # a parent may have SIGPIPE ignored, as systemd does
                with self.subTest(words=words, restored=restored):
                    read, write = os.pipe()
                    os.close(read)
                    try:
                        done = subprocess.run([program(), *words], stdout=write, stderr=subprocess.PIPE, check=False,
                                              env=self.environment({}), timeout=TIMEOUT_S,
                                              restore_signals=restored)
                    finally:
                        os.close(write)
                    self.assertEqual((done.returncode, done.stderr), (-signal.SIGPIPE, b""))


class Exports(CtlTest):
    def setUp(self):
        self.start_admin()
        for number in range(3):
            self.admin.grant(f"user_{number}", 5)
        self.file = os.path.join(self.new_directory(), "rows.csv")

    def test_an_export_that_is_refused_writes_no_file(self):
        for words, exit_code in ((("transactions", "--cursor", "x"), REFUSED), (("transactions", "--from", "x"), USAGE),
                                 (("usage", "--model", "none"), REFUSED),
                                 (("transactions", "--limit", "1001"), REFUSED),
                                 (("transactions", "--socket", "/nowhere"), UNREACHABLE)):
            with self.subTest(words=words):
                done = self.ctl("export", *words, "--output", self.file, exit_code=exit_code)
                self.assertFalse(os.path.exists(self.file))
                self.assertEqual(self.ctl("export", *words, exit_code=exit_code).stdout, "")
                self.assertTrue(done.stderr)

    def test_an_export_reports_how_many_rows_it_wrote(self):
        self.assertEqual(self.ctl("export", "transactions", "--output", self.file).stderr,
                         f"3 rows written to {self.file}\n")
        self.assertEqual(self.ctl("export", "transactions", "--limit", "2").stderr, "3 rows written\n")
        self.assertEqual(self.ctl("export", "transactions", "--user", "user_1").stderr, "1 row written\n")
        self.assertEqual(json.loads(self.ctl("export", "events", "--json").stderr), {"rows": 0})


class Days(CtlTest):
    def setUp(self):
        self.start_admin()
        self.admin.grant("user_1", 5)
        self.admin.post("/v1/usage", {"request_id": "r", "user_id": "user_1", "action_type": "chat",
                                      "model_used": "m", "tokens_used": 9})
        self.at = datetime.datetime.fromisoformat(self.admin.get("/v1/transactions").json()["rows"][0]["created_at"]
                                                  .replace("Z", "+00:00"))

    def day(self, zone, more=0):
        return (self.at.astimezone(zoneinfo.ZoneInfo(zone)) + datetime.timedelta(days=more)).strftime("%Y-%m-%d")

    def count(self, *words):
        return len(self.ctl_json("history", *words)["rows"])

    def test_a_day_or_month_without_a_time_is_included_completely(self):
        for zone in ("UTC", FIRST_TO_WAKE, LAST_TO_WAKE):
            for first, last, count in ((self.day(zone), self.day(zone), 1), (self.day(zone)[:7], self.day(zone)[:7], 1),
                                       (self.day(zone, -1), self.day(zone, -1), 0), (self.day(zone, 1), "2999-01", 0),
                                       ("2020-01", self.day(zone, -1), 0), ("-7d", "2999-12-31", 1)):
                with self.subTest(zone=zone, first=first, last=last):
                    self.assertEqual(self.count("--from", first, "--to", last, "--time-zone", zone), count)
                    exported = self.ctl("export", "transactions", "--from", first, "--to", last,
                                        TOKENLEDGER_TIME_ZONE=zone)
                    self.assertEqual(len(list(csv.DictReader(io.StringIO(exported.stdout, newline="")))), count)

    def test_from_includes_an_exact_time_and_to_excludes_it(self):
        exact = self.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.assertEqual((self.count("--from", exact), self.count("--to", exact)), (1, 0))

    def test_today_yesterday_and_relative_days_count_from_now(self):
        if self.day("UTC") != datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"):
            self.skipTest("it is midnight")
        self.assertEqual([self.count("--from", day, "--to", day) for day in ("today", "yesterday", "-0d", "-1d")],
                         [1, 0, 1, 0])

    def test_a_report_uses_the_days_of_the_time_zone_and_names_it(self):
        for zone in ("UTC", FIRST_TO_WAKE, LAST_TO_WAKE):
            with self.subTest(zone=zone):
                shown = self.ctl("report", "--time-zone", zone).stdout
                for title in ("granted tokens per day", "tokens used per day"):
                    self.assertIn(f"{title} ({zone})\n{self.day(zone)} ", shown)
                table = self.ctl("usage-report", "--per-day", "--time-zone", zone).stdout.splitlines()
                self.assertRegex(table[0], rf"^day \({zone}\) +action ")
                self.assertTrue(table[1].startswith(self.day(zone)))
                self.assertEqual({row["day"] for row in self.ctl_json("report", "--time-zone", zone)["usage"]},
                                 {self.day(zone)})
        self.assertIn("(UTC)", self.ctl("report").stdout)

    def test_malformed_days_and_time_zones_are_refused(self):
        for word in ("noon", "2026-13", "2026-02-30", "2026", "26-01-01", "-d", "-7", "7d", "2026-1-1", "tomorrow", ""):
            with self.subTest(word=word):
                self.assertIn("--from", self.ctl("history", "--from", word, exit_code=USAGE).stderr)
        for zone in ("Europe/Berlinn", "../../../etc/passwd", "/etc/localtime", "nowhere+3", "CET-1CEST", ""):
            with self.subTest(zone=zone):
                self.assertIn("time zone", self.ctl("report", "--time-zone", zone, exit_code=USAGE).stderr)
        self.assertIn("invalid_parameter",
                      self.ctl("history", "--from", "2026-01-01T25:00:00Z", exit_code=REFUSED).stderr)
        self.ctl("report", exit_code=DONE, TOKENLEDGER_TIME_ZONE="")
        self.assertIn("TOKENLEDGER_TIME_ZONE", self.ctl("report", exit_code=USAGE, TOKENLEDGER_TIME_ZONE="x").stderr)


if __name__ == "__main__":
    unittest.main()
