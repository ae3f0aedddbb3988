"""SIGHUP: every setting marked "reload" takes effect with the next request, on connections that are open too."""

import os
import signal
import socket
import ssl
import tempfile
import time
import unittest

import ledger_rows
import settings_page
from admin_client import AdminTest, Client
from daemon_process import CATALOG, PATH, Daemon, endpoint, signed_request, write_config
from harness import SystemTest
from stripe_events import dump, ours, purchase, signed_header
from tls_test import Authority, TlsConnection
from wire import Connection, request_bytes

GRANT = '{"user_id": "user_1", "tokens": 10}'
PARTNER = "acct_of_a_partner"


class Reload(SystemTest):
    def begin(self, **config):
        self.daemon = self.start(**config)
        self.connection = self.daemon.connect()
        self.addCleanup(self.connection.close)

    def reload(self, **config):
        """Replaces the whole configuration file and reloads."""
        write_config(os.path.dirname(self.config), self.database.url, **config)
        return self.daemon.reload()

    def post(self, event, **options):
        """Posts over the connection that was opened before any reload."""
        self.connection.send(signed_request(event, **options))
        return self.connection.read()

    def assert_result(self, event, result, reason=None, **options):
        answer = self.post(event, **options)
        self.assertEqual((answer.status, answer.json()["result"], answer.json().get("reason")), (200, result, reason))

    def bought(self, **payment):
        """The tokens that are credited for a payment."""
        event = purchase(**payment)
        self.assert_result(event, "applied")
        row, = [row for row in ledger_rows.transactions(self.database) if row["stripe_event_id"] == event["id"]]
        return row["token_amount"]


class Webhook(Reload):
    def test_webhook_tolerance_seconds(self):
        self.begin()
        then = int(time.time()) - 200
        self.assertEqual(self.post(purchase(), timestamp=then).status, 200)
        self.reload(webhook={"tolerance_seconds": 60})
        self.assertEqual(self.post(purchase(), timestamp=then).status, 400)
        self.assertEqual(self.post(purchase()).status, 200)

    def test_webhook_trusted_proxies(self):
        self.begin()
        forged = {"secrets": ["whsec_wrong"], "headers": [("X-Forwarded-For", "192.0.2.7")]}
        self.assertEqual(self.post(purchase(), **forged).status, 400)
        self.daemon.wait_for_line(r"reason=no_match client=127\.0\.0\.1 ")
        self.reload(webhook={"trusted_proxies": ["127.0.0.1"]})
        self.assertEqual(self.post(purchase(), **forged).status, 400)
        self.daemon.wait_for_line(r"reason=no_match client=192\.0\.2\.7 ")

    def test_webhook_endpoint_path(self):
        self.begin()
        self.assertEqual(self.post(purchase()).status, 200)
        self.reload(endpoints=[endpoint("/elsewhere")])
        self.assertEqual(self.post(purchase(), path="/elsewhere").status, 200)
        with self.daemon.connect() as another:
            another.send(signed_request(purchase()))
            self.assertEqual(another.read().status, 404)

    def test_webhook_endpoint_secrets(self):
        self.begin(endpoints=[endpoint(secrets=["whsec_old"])])
        self.assertEqual(self.post(purchase(), secrets=["whsec_old"]).status, 200)
        self.reload(endpoints=[endpoint(secrets=["whsec_new"])])
        self.assertEqual(self.post(purchase(), secrets=["whsec_old"]).status, 400)
        self.assertEqual(self.post(purchase(), secrets=["whsec_new"]).status, 200)

    def test_webhook_endpoint_livemode(self):
        self.begin()
        self.assert_result(purchase(), "applied")
        self.reload(endpoints=[endpoint(livemode=False)])
        self.assertNotEqual(self.post(purchase()).json()["result"], "applied")

    def test_webhook_endpoint_accounts(self):
        self.begin(endpoints=[endpoint(catalog="partners", accounts=["acct_other"])])
        event = {"event_changes": {"account": PARTNER}}
        self.assertNotEqual(self.post(purchase(**event)).json()["result"], "applied")
        self.reload(endpoints=[endpoint(catalog="partners", accounts=[PARTNER])])
        self.assert_result(purchase(**event), "applied")

    def test_webhook_endpoint_catalog(self):
        self.begin()
        self.assertEqual(self.bought(), 100000)
        self.reload(endpoints=[endpoint(catalog="partners")])
        self.assertEqual(self.bought(), 70000)


class Catalog(Reload):
    def reload_catalog(self, old, new):
        self.assertIn(old, CATALOG)
        self.reload(catalog=CATALOG.replace(old, new, 1))

    def test_catalog_user_id_key(self):
        self.begin()
        self.reload_catalog('"user_id"', '"buyer"')
        self.assertEqual(self.post(purchase("user_1")).json()["result"], "parked")
        self.assertEqual(self.bought(metadata={"buyer": "user_1", "token_pack": "starter"}), 100000)

    def test_catalog_pack_key(self):
        self.begin()
        self.reload_catalog('"token_pack"', '"bundle"')
        self.assertEqual(self.post(purchase("user_1")).json()["result"], "ignored")
        self.assertEqual(self.bought(metadata={"user_id": "user_1", "bundle": "starter"}), 100000)

    def test_catalog_quantity_key(self):
        self.begin()
        self.reload_catalog("[[catalog.pack]]", 'quantity_key = "seats"\n[[catalog.pack]]')
        self.assertEqual(self.bought(amount=1998, metadata=ours(seats="2")), 200000)

    def test_catalog_pack_id(self):
        self.begin()
        self.reload_catalog('"starter"', '"beginner"')
        self.assert_result(purchase(), "parked", "unknown_pack")
        self.assertEqual(self.bought(metadata=ours(pack="beginner")), 100000)

    def test_catalog_pack_tokens(self):
        self.begin()
        self.reload_catalog("tokens = 100000", "tokens = 250")
        self.assertEqual(self.bought(), 250)

    def test_catalog_pack_prices(self):
        self.begin()
        self.assert_result(purchase(currency="nok"), "parked", "currency_mismatch")
        self.reload_catalog("eur = 949", "nok = 999")
        self.assertEqual(self.bought(currency="nok"), 100000)

    def test_catalog_pack_expires(self):
        self.begin()
        self.bought()
        self.assertEqual(self.database.rows("SELECT lot FROM tokenledger.token_lots"), [])
        self.reload_catalog("minimum = { usd = 499 }", 'minimum = { usd = 499 }\nexpires = "1y"')
        self.bought()
        self.assertEqual(self.database.rows(
            "SELECT expires_at = t.created_at + interval '1 year' AS so FROM tokenledger.token_lots"
            " JOIN tokenledger.token_transactions AS t USING (user_id, sequence)"), [{"so": True}])

    def test_catalog_pack_maximum(self):
        self.begin()
        self.assertEqual(self.bought(amount=1200), 100000)
        self.reload_catalog("minimum = { usd = 499 }", "minimum = { usd = 499 }\nmaximum = { usd = 1000 }")
        self.assert_result(purchase(amount=1200), "parked", "amount_mismatch")

    def test_catalog_pack_minimum(self):
        self.begin()
        self.assertEqual(self.bought(amount=499), 100000)
        self.reload_catalog("usd = 499", "usd = 500")
        self.assert_result(purchase(amount=499), "parked", "amount_mismatch")


class Log(Reload):
    def test_log_level(self):
        self.begin()
        heard, quiet, last = purchase(), purchase(), purchase()
        self.assertEqual(self.post(heard).status, 200)
        # At "warn" the reload itself is not in the log: the new path shows that it is done.
        write_config(os.path.dirname(self.config), self.database.url, log={"level": "warn"},
                     endpoints=[endpoint("/quiet")])
        self.daemon.process.send_signal(signal.SIGHUP)
        self.until(lambda: self.daemon.post(purchase(), path="/quiet").status == 200, "the reload is done")
        self.assertEqual(self.post(quiet, path="/quiet").status, 200)
        self.reload(endpoints=[endpoint()])
        self.assertEqual(self.post(last).status, 200)
        self.daemon.wait_for_line(last["id"])
        self.assertEqual([len(self.daemon.events(each["id"])) for each in (heard, quiet, last)], [1, 0, 1])

    def test_log_rejections_per_minute(self):
        self.begin(log={"rejections_per_minute": 0})
        self.assertEqual(self.post(purchase(), secrets=["whsec_wrong"]).status, 400)
        self.assertNotIn("rejected", self.reload(log={"rejections_per_minute": 1}))
        self.assertEqual(self.post(purchase(), secrets=["whsec_wrong"]).status, 400)
        self.daemon.wait_for_line(r"rejected reason=no_match ")


class Certificate(Reload):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="tokenledger-authority-")
        self.addCleanup(directory.cleanup)
        self.authority = Authority(directory.name)

    def pair(self, number):
        """Issues a certificate, and renames it and its key so that the next does not replace them."""
        self.authority.issue(number, "ec")
        names = {"tls_certificate": f"certificate-{number}.pem", "tls_key": f"key-{number}.pem"}
        for key, issued in (("tls_certificate", "certificate.pem"), ("tls_key", "key.pem")):
            os.rename(self.authority.file(issued), self.authority.file(names[key]))
        return {key: self.authority.file(name) for key, name in names.items()}

    def serial(self):
        context = ssl.create_default_context(cafile=self.authority.file("ca.pem"))
        with TlsConnection(self.daemon.port, context) as connection:
            connection.send(signed_request(purchase()))
            self.assertEqual(connection.read().status, 200)
            return connection.serial

    def test_webhook_tls_certificate(self):
        self.begin(webhook=self.pair(1))
        self.assertEqual(self.serial(), 1)
        self.reload(webhook=self.pair(2))
        self.assertEqual(self.serial(), 2)

    def test_webhook_tls_key(self):
        first, second = self.pair(1), self.pair(2)
        self.begin(webhook=first)
        self.assertIn("the key is not that of the certificate",
                      self.reload(webhook={**first, "tls_key": second["tls_key"]}))
        self.assertEqual(self.serial(), 1)
        self.reload(webhook=second)
        self.assertEqual(self.serial(), 2)

    def test_a_reload_while_the_database_is_still_away_takes_effect(self):
        database = self.new_database()
        database.close_the_door()
        self.addCleanup(database.open_the_door)
        self.database = database
        self.config = write_config(self.new_directory(), database.url, webhook=self.pair(1))
        self.daemon = Daemon(self.config, wait=False)
        self.addCleanup(self.stop, self.daemon)
        self.daemon.wait_for_line("database unavailable")
        self.assertIn("reloaded", self.reload(webhook=self.pair(2)))
        database.open_the_door()
        self.daemon.wait_until_listening()
        self.assertEqual(self.serial(), 2)


class Admin(AdminTest, Reload):
    def begin_admin(self, **listener):
        self.socket = os.path.join(self.new_directory(), "app.sock")
        self.begin(admin=[{"socket": self.socket, **listener}])
        self.connection = Connection(self.socket)
        self.addCleanup(self.connection.close)

    def reload_listener(self, **listener):
        self.reload(admin=[{"socket": self.socket, **listener}])

    def grant(self, key, tokens=10):
        body = b'{"user_id": "user_1", "tokens": %d}' % tokens
        self.connection.send(request_bytes("/v1/grants", [("Idempotency-Key", key)], body))
        return self.connection.read()

    def test_admin_listener_permits(self):
        self.begin_admin()
        self.assertEqual(self.grant("first").status, 200)
        self.reload_listener(permits=["money"])
        self.assert_problem(self.connection.get("/v1/accounts/user_1"), 403, "permit_missing")
        self.assertEqual(self.grant("second").status, 200)
        self.reload_listener(permits=["read"])
        self.assertEqual(self.connection.get("/v1/accounts/user_1").json()["balance"], 20)
        self.assert_problem(self.grant("third"), 403, "permit_missing")

    def test_admin_listener_max_tokens_per_request(self):
        self.begin_admin()
        self.assertEqual(self.grant("first", 11).status, 200)
        self.reload_listener(max_tokens_per_request=10)
        self.assert_problem(self.grant("second", 11), 422, "token_limit")
        self.assertEqual(self.grant("third", 10).status, 200)
        self.reload_listener(max_tokens_per_request=11)
        self.assertEqual(self.grant("fourth", 11).status, 200)

    def test_a_request_whose_body_arrives_after_a_reload_is_checked_against_the_new_permits(self):
        self.begin_admin()
        whole = request_bytes("/v1/grants", [("Idempotency-Key", "first")], GRANT.encode())
        self.connection.send(whole[:-5])
        self.assertTrue(self.connection.silent(0.2), "answered before its body was sent")
        self.reload_listener(permits=["read"])
        self.connection.send(whole[-5:])
        self.assert_problem(self.connection.read(), 403, "permit_missing")
        self.assert_no_transactions()

    def test_each_listener_takes_its_own_permits_in_any_order_of_the_file(self):
        where = self.new_directory()
        app, office = ({"socket": f"{where}/{name}.sock", "permits": ["read"]} for name in ("app", "office"))
        self.begin(admin=[app, office])
        self.reload(admin=[{**office, "permits": ["money"]}, app])
        self.assert_problem(Client(app["socket"]).grant("user_1", 1), 403, "permit_missing")
        self.assertEqual(Client(office["socket"]).grant("user_1", 1).status, 200)

    def test_a_listener_with_a_changed_socket_path_keeps_its_permits_until_a_restart(self):
        self.begin_admin(permits=["read"])
        self.assertIn("key=admin.listener.socket",
                      self.reload(admin=[{"socket": self.socket + ".new", "name": "app"}]))
        self.assert_problem(self.grant("first"), 403, "permit_missing")

    def test_a_handed_over_socket_without_a_listener_takes_the_permits_of_one_added_by_a_reload(self):
        path = os.path.join(self.new_directory(), "handed.sock")
        with socket.socket(socket.AF_UNIX) as handed:
            handed.bind(path)
            handed.listen()
            self.begin(handed=[("admin", handed)])
        self.assertEqual(Client(path).grant("user_1", 10).status, 200)
        self.reload(admin=[{"socket": path, "permits": ["read"]}])
        self.assert_problem(Client(path).grant("user_1", 1), 403, "permit_missing")
        self.assertEqual(Client(path).balance("user_1"), 10)

    def test_permits_narrowed_while_the_database_is_away_apply_to_the_first_request(self):
        database = self.new_database()
        database.close_the_door()
        self.addCleanup(database.open_the_door)
        self.database, self.socket = database, os.path.join(self.new_directory(), "app.sock")
        self.config = write_config(self.new_directory(), database.url, admin=[{"socket": self.socket}])
        self.daemon = Daemon(self.config, wait=False)
        self.addCleanup(self.stop, self.daemon)
        self.daemon.wait_for_line("database unavailable")
        self.reload_listener(permits=["read"])
        database.open_the_door()
        self.daemon.wait_for_line(r"listening listener=app ", timeout=30)
        self.assert_problem(Client(self.socket).grant("user_1", 1), 403, "permit_missing")


class Whole(unittest.TestCase):
    def test_every_setting_marked_reload_has_a_test_of_its_name(self):
        named = {name for case in (Webhook, Catalog, Log, Certificate, Admin) for name in dir(case)}
        settings = settings_page.rows("reload")
        self.assertGreater(len(settings), 15)
        self.assertEqual([name for name in settings if f"test_{name.replace('.', '_')}" not in named], [])


if __name__ == "__main__":
    unittest.main()
