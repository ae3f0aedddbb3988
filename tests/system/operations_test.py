"""The operations listener: /metrics, /healthz, /readyz; and that alerts and dashboard use metrics that exist."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time
import unittest

from cluster import Lock
from daemon_process import Daemon, endpoint, signed_request, write_config
from harness import SystemTest
from stripe_events import ours, purchase, refund_event
from wire import Connection

PAYMENTS = "tokenledger.payments"
ALERTS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "alerts"
SECRET_USED = "tokenledger_webhook_secret_last_used_timestamp_seconds"
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
# The metrics of the contract, with the labels of their series.
FAMILIES = {
    "tokenledger_webhook_events_total": {"result", "type"},
    "tokenledger_webhook_rejected_total": {"reason"},
    "tokenledger_webhook_mismatches_total": {"reason"},
    SECRET_USED: {"endpoint", "secret"},
    "tokenledger_ledger_transactions_total": {"type", "source"},
    "tokenledger_commit_duration_seconds": {"le"},
    "tokenledger_request_duration_seconds": {"listener", "status", "le"},
    "tokenledger_batch_size": {"le"},
    "tokenledger_queue_depth": set(),
    "tokenledger_events_parked": set(),
    "tokenledger_events_waiting": set(),
    "tokenledger_holds_open": set(),
    "tokenledger_held_tokens": set(),
    "tokenledger_holds_timed_out": set(),
    "tokenledger_uncovered_tokens_total": set(),
    "tokenledger_expiry_lag_seconds": set(),
    "tokenledger_database_up": set(),
    "tokenledger_database_unsafe_settings": set(),
    "tokenledger_build_info": {"version"},
}
SAMPLE = re.compile(r'(\w+)(?:\{(.*)\})? (\S+)')


def promtool():
    program = shutil.which("promtool")
    if program is None:
        raise unittest.SkipTest("promtool is not installed (Debian package prometheus)")
    return program


class Operations(SystemTest):
    def start_watched(self, **config):
        daemon = self.start(operations={"listen": ["127.0.0.1:0"]}, **config)
        self.operations = daemon.port_of("operations")
        return daemon

    def ask(self, path, method="GET"):
        with Connection(self.operations) as connection:
            return connection.request(path, method=method, length=False)

    def metrics(self):
        """{(name, ((label, value), ...)): value}"""
        found = {}
        for line in self.ask("/metrics").body.decode().splitlines():
            if not line.startswith("#"):
                name, labels, value = SAMPLE.fullmatch(line).groups()
                found[name, tuple(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or ""))] = float(value)
        return found

    def value(self, name, **labels):
        return self.metrics().get((name, tuple(labels.items())))

    def somebody_waits(self):
        return self.database.rows("SELECT 1 AS lock FROM pg_locks WHERE NOT granted")

    def readiness(self):
        answer = self.ask("/readyz")
        return answer.status, answer.body.decode().strip()


class Health(Operations):
    def test_healthy_and_ready_with_get_and_head(self):
        self.start_watched()
        # A warning may follow the first line: the tests' server has fsync off.
        for path, line in (("/healthz", b"ok"), ("/readyz", b"ready")):
            answer = self.ask(path)
            self.assertEqual((answer.status, answer.body.splitlines()[0]), (200, line))
            length = str(len(answer.body))
            answer = self.ask(path, "HEAD")
            self.assertEqual((answer.status, answer.header("Content-Length")), (200, length))

    def test_another_path_is_404_and_another_method_405(self):
        self.start_watched()
        self.assertEqual(self.ask("/").status, 404)
        self.assertEqual(self.ask("/stripe/webhook").status, 404)
        answer = self.ask("/metrics", "DELETE")
        self.assertEqual((answer.status, answer.header("Allow")), (405, "GET, HEAD"))
        with Connection(self.operations) as connection:
            self.assertEqual(connection.request("/metrics", body=b"x" * 100).status, 405)

    def test_one_connection_serves_many_requests(self):
        self.start_watched()
        with Connection(self.operations) as connection:
            for path in ("/healthz", "/metrics", "/readyz", "/healthz"):
                self.assertEqual(connection.get(path).status, 200)

    def test_it_answers_while_the_daemon_waits_for_the_database(self):
        database = self.new_database()
        database.close_the_door()
        self.addCleanup(database.open_the_door)
        config = write_config(self.new_directory(), database.url, operations={"listen": ["127.0.0.1:0"]})
        daemon = Daemon(config, wait=False)
        self.addCleanup(self.stop, daemon)
        self.operations = daemon.port_of("operations")
        self.assertEqual(self.ask("/healthz").status, 200)
        self.until(lambda: self.readiness()[1].startswith("database: "), "it says what it waits for")
        self.assertEqual(self.readiness()[0], 503)
        database.open_the_door()
        daemon.wait_until_listening()
        status, text = self.readiness()
        self.assertEqual((status, text.splitlines()[0]), (200, "ready"))

    def test_not_ready_while_the_database_is_away(self):
        self.start_watched()
        self.database.close_the_door()
        self.addCleanup(self.database.open_the_door)
        self.until(lambda: self.readiness()[0] == 503, "not ready")
        self.assertTrue(self.readiness()[1].startswith("database: "), self.readiness())
        self.assertEqual(self.value("tokenledger_database_up"), 0)
        self.assertEqual(self.ask("/healthz").status, 200)
        self.database.open_the_door()
        self.until(lambda: self.readiness()[0] == 200, "ready again")
        self.assertEqual(self.value("tokenledger_database_up"), 1)

    def test_not_ready_with_a_schema_it_does_not_know(self):
        self.start_watched()
        self.database.sql("INSERT INTO tokenledger.schema_migrations (version, name) "
                          "VALUES ('99991231235959', 'of_the_future')")
        self.until(lambda: self.readiness()[0] == 503, "not ready")
        self.assertIn("of_the_future", self.readiness()[1])
        self.assertEqual(self.value("tokenledger_database_up"), 1)

    def test_not_ready_with_a_full_queue(self):
        daemon = self.start_watched(database={"queue_limit": 1, "max_batch": 1, "connections": 1},
                                    webhook={"request_timeout_ms": 20000})
        with Lock(self.database, PAYMENTS), daemon.connect() as first, daemon.connect() as second:
            first.send(signed_request(purchase("user_1")))
            self.until(self.somebody_waits, "the first is in a batch")
            second.send(signed_request(purchase("user_1")))
            self.until(lambda: self.readiness() == (503, "the queue is full"), "the queue is full")
            self.assertEqual(self.value("tokenledger_queue_depth"), 1)

    def test_not_ready_while_it_drains_and_the_listener_still_answers(self):
        daemon = self.start_watched(webhook={"request_timeout_ms": 20000})
        with daemon.connect() as busy:
            bought = purchase("user_1")
            with Lock(self.database, PAYMENTS):
                busy.send(signed_request(bought))
                self.until(self.somebody_waits, "it waits")
                daemon.terminate()
                self.until(lambda: self.readiness() == (503, "draining"), "draining")
            self.assert_reply(busy.read(), 200, "applied", bought)
        self.stop(daemon)


class Metrics(Operations):
    def test_every_metric_of_the_contract_is_served_with_its_labels(self):
        daemon = self.start_watched()
        self.assert_alive(daemon)
        daemon.post(purchase(), secrets=["whsec_wrong"])
        self.assertEqual(daemon.post(purchase(livemode=False)).json()["reason"], "livemode_mismatch")
        text = self.ask("/metrics")
        self.assertEqual(text.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8")
        self.until(lambda: self.value("tokenledger_events_parked") is not None, "the database was looked at")
        for name, labels in FAMILIES.items():
            with self.subTest(metric=name):
                self.assertIn(f"# TYPE {name} ", text.body.decode())
                series = [dict(key[1]) for key in self.metrics()
                          if key[0] in (name, name + "_bucket")]
                self.assertTrue(series, "no series")
                self.assertTrue(all(set(each) == labels for each in series), series)

    def test_the_documentation_lists_exactly_the_served_metrics_with_type_labels_and_meaning(self):
        self.start_watched()
        text = self.ask("/metrics").body.decode()
        helps = dict(re.findall(r"^# HELP (\w+) (.*)$", text, re.MULTILINE))
        types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
        served = {name: (types[name], labels - {"le"}, helps[name]) for name, labels in FAMILIES.items()}
        told = {name: (kind, set(re.findall(r"\w+", labels)) - {"none"}, meaning)
                for name, kind, labels, meaning, advice
                in re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| (.*?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"),
                              re.MULTILINE)}
        self.assertEqual(told, served)
        self.assertEqual((set(helps), set(types)), (set(told), set(told)))

    def test_metrics_count_events_transactions_rejections_batches_and_requests(self):
        daemon = self.start_watched(endpoints=[endpoint(secrets=["whsec_new", "whsec_old"])])
        events = {"result": "applied", "type": "payment_intent.succeeded"}
        bought = {"type": "purchase", "source": "token_pack"}
        self.assertEqual(self.value("tokenledger_ledger_transactions_total", **bought), 0)
        self.assertEqual(self.value(SECRET_USED, endpoint="/stripe/webhook", secret="secret-0-1"), 0)
        answered = {"listener": "webhook", "status": "200"}
        for _ in range(3):
            self.assertEqual(daemon.post(purchase(), secrets=["whsec_old"]).status, 200)
        daemon.post(purchase(), secrets=["whsec_wrong"])
        self.assertEqual(self.value("tokenledger_webhook_events_total", **events), 3)
        self.assertEqual(self.value("tokenledger_ledger_transactions_total", **bought), 3)
        self.assertEqual(self.value("tokenledger_webhook_rejected_total", reason="no_match"), 1)
        self.assertEqual(self.value("tokenledger_batch_size_sum"), 3)
        self.assertEqual(self.value("tokenledger_request_duration_seconds_count", **answered), 3)
        self.assertAlmostEqual(self.value(SECRET_USED, endpoint="/stripe/webhook", secret="secret-0-1"), time.time(),
                               delta=60)
        self.assertEqual(self.value(SECRET_USED, endpoint="/stripe/webhook", secret="secret-0-0"), 0)

    def test_parked_and_waiting_events_are_counted_from_the_database(self):
        daemon = self.start_watched()
        unknown = purchase(metadata=ours(pack="no_such_pack"))
        self.assertEqual(daemon.post(unknown).json()["result"], "parked")
        for number in range(2):
            refund = refund_event(payment_intent_id=f"pi_unknown_{number}")
            self.assertEqual(daemon.post(refund).json()["result"], "waiting")
        self.until(lambda: (self.value("tokenledger_events_parked"), self.value("tokenledger_events_waiting"))
                   == (1, 2), "both gauges")
        # An event that has waited for more than a month is no longer counted.
        self.database.sql("UPDATE tokenledger.stripe_events SET received_at = now() - interval '31 days' "
                          "WHERE payment_intent_id = 'pi_unknown_0'")
        self.until(lambda: self.value("tokenledger_events_waiting") == 1, "the old one is not counted")
        # HELP names the setting, not a number that the configuration may change.
        [told] = [line for line in self.ask("/metrics").body.decode().splitlines()
                  if line.startswith("# HELP tokenledger_events_waiting ")]
        self.assertIn("waiting_expires_days", told)
        self.assertNotRegex(told, r"\d")

    def test_promtool_accepts_the_metrics(self):
        daemon = self.start_watched()
        self.assert_alive(daemon)
        daemon.post(purchase(), secrets=["whsec_wrong"])
        said = subprocess.run([promtool(), "check", "metrics"], input=self.ask("/metrics").body, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        self.assertEqual((said.returncode, said.stdout.decode()), (0, ""))


class RollingASecret(Operations):
    def last_used(self):
        """{secret file: seconds ago, None if it was never used}"""
        return {dict(labels)["secret"]: value and time.time() - value
                for (name, labels), value in self.metrics().items() if name == SECRET_USED}

    def reload(self, daemon, secrets):
        """Rewrites the configuration with these secrets, in files of these names, and waits for the reload."""
        directory = os.path.dirname(self.config)
        for name, secret in secrets.items():
            pathlib.Path(directory, name).write_text(secret, encoding="utf-8")
        text = pathlib.Path(self.config).read_text(encoding="utf-8")
        text = re.sub(r"(?m)^secrets = .*$", f"secrets = {json.dumps(list(secrets))}", text)
        pathlib.Path(self.config).write_text(text, encoding="utf-8")
        self.assertIn("reloaded", daemon.reload())

    def test_rolling_a_secret_under_load_applies_every_event_and_the_metric_drops_the_old_secret(self):
        daemon = self.start_watched(endpoints=[endpoint(secrets=["whsec_old"])])
        secrets, stop, failed, sent = ["whsec_old"], threading.Event(), [], []

        def load():
            while not stop.is_set():
                event = purchase()
                answer = daemon.post(event, secrets=list(secrets))
                sent.append(event["id"])
                if (answer.status, answer.json()["result"]) != (200, "applied"):
                    failed.append((answer, list(secrets)))
        senders = [threading.Thread(target=load) for _ in range(4)]
        for each in senders:
            each.start()

        def some_more():
            seen = len(sent)
            self.until(lambda: len(sent) > seen + 20, "the load goes on")
        some_more()
        self.reload(daemon, {"new": "whsec_new", "old": "whsec_old"})
        self.assertIsNotNone(self.last_used()["old"], "its last use is known although its file was renamed")
        some_more()
        secrets[:] = ["whsec_new", "whsec_old"]  # Stripe signs with both while it rolls
        some_more()
        secrets[:] = ["whsec_new"]
        some_more()
        self.reload(daemon, {"new": "whsec_new"})
        some_more()
        stop.set()
        for each in senders:
            each.join()
        self.assertEqual(failed, [])
        self.assertEqual(list(self.last_used()), ["new"])
        self.assertEqual(self.value("tokenledger_webhook_events_total", result="applied",
                                    type="payment_intent.succeeded"), len(sent))
        self.assertEqual(daemon.post(purchase(), secrets=["whsec_old"]).status, 400)

    def test_a_secret_that_is_no_longer_used_keeps_the_time_of_its_last_use(self):
        daemon = self.start_watched(endpoints=[endpoint(secrets=["whsec_new", "whsec_old"])])
        daemon.post(purchase(), secrets=["whsec_old"])
        then = self.last_used()["secret-0-1"]
        self.until(lambda: self.last_used()["secret-0-1"] > then + 1, "time passes")
        daemon.post(purchase(), secrets=["whsec_new"])
        self.assertLess(self.last_used()["secret-0-0"], self.last_used()["secret-0-1"])


class AlertsAndDashboard(Operations):
    def known(self):
        """Every name that a query may use."""
        self.start_watched()
        types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", self.ask("/metrics").body.decode(), re.MULTILINE))
        return {name + suffix for name, kind in types.items()
                for suffix in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",))}

    def test_every_query_names_a_metric_that_exists(self):
        dashboard = json.loads((ALERTS / "grafana-dashboard.json").read_text(encoding="utf-8"))
        queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        queries += [each["query"]["query"] for each in dashboard["templating"]["list"] if each["type"] == "query"]
        rules = (ALERTS / "tokenledger.rules.yml").read_text(encoding="utf-8")
        known = self.known()
        self.assertGreater(len(queries), 15)
        for query in queries:
            with self.subTest(query=query):
                named = set(re.findall(r"\btokenledger_\w+", query))
                self.assertTrue(named, "the query uses no metric of tokenledger")
                self.assertLessEqual(named, known)
        self.assertLessEqual(set(re.findall(r"\btokenledger_\w+", rules)), known)

    def test_every_metric_is_on_the_dashboard(self):
        shown = (ALERTS / "grafana-dashboard.json").read_text(encoding="utf-8")
        self.assertEqual([name for name in FAMILIES if name not in shown], [])

    def test_the_rules_pass_promtool_and_their_unit_tests(self):
        for arguments in (["check", "rules", "tokenledger.rules.yml"],
                          ["test", "rules", "tokenledger.rules.test.yml"]):
            said = subprocess.run([promtool(), *arguments], cwd=ALERTS, capture_output=True, text=True, check=False,
                                  timeout=120, env={**os.environ, "LC_ALL": "C.UTF-8"})
            self.assertEqual(said.returncode, 0, said.stdout + said.stderr)

    def test_every_alert_is_unit_tested(self):
        rules = (ALERTS / "tokenledger.rules.yml").read_text(encoding="utf-8")
        tests = (ALERTS / "tokenledger.rules.test.yml").read_text(encoding="utf-8")
        for name in re.findall(r"- alert: (\w+)", rules):
            with self.subTest(alert=name):
                self.assertRegex(tests, rf"alertname: {name}\n\s+exp_alerts:\n\s+- exp_labels")


if __name__ == "__main__":
    unittest.main()
