"""TLS on the webhook: a real client, a test authority, and a new certificate without dropping a connection."""

import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest
import warnings

from daemon_process import signed_request
from harness import SystemTest
from stripe_events import purchase
from wire import Connection, NoAnswer


class Authority:
    """A certificate authority for the test; openssl creates it in a folder of its own."""

    def __init__(self, directory):
        self.directory = directory
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                 "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority of the tests",
                 "-addext", "keyUsage=critical,keyCertSign")

    def run(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.directory, capture_output=True, text=True,
                              timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def issue(self, serial, key_type):
        """Writes certificate.pem and key.pem for localhost, replacing earlier ones."""
        options = {"ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["-newkey", "rsa:2048"]}
        self.run("req", *options[key_type], "-nodes", "-keyout", "key.pem", "-out", "request.pem",
                 "-subj", "/CN=localhost")
        with open(os.path.join(self.directory, "names"), "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n"
                       "subjectKeyIdentifier=hash\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n")
        self.run("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "1",
                 "-set_serial", str(serial), "-extfile", "names", "-out", "certificate.pem")

    def file(self, name):
        return os.path.join(self.directory, name)


class TlsConnection(Connection):
    def __init__(self, port, context, timeout=60):
        super().__init__(port, timeout)
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    @property
    def serial(self):
        return int(self.socket.getpeercert()["serialNumber"], 16)


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class Tls(SystemTest):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="tokenledger-authority-")
        self.addCleanup(directory.cleanup)
        self.authority = Authority(directory.name)
        self.authority.issue(1, "ec")

    def start_tls(self, **webhook):
        return self.start(webhook={"tls_certificate": self.authority.file("certificate.pem"),
                                   "tls_key": self.authority.file("key.pem"), **webhook})

    def context(self, lowest=None, highest=None):
        made = ssl.create_default_context(cafile=self.authority.file("ca.pem"))
        made.verify_flags |= ssl.VERIFY_X509_STRICT  # the default since Python 3.13
        if lowest:
            made.minimum_version = lowest
        if highest:
            made.maximum_version = highest
        return made

    def connect(self, daemon, **options):
        return TlsConnection(daemon.port, self.context(**options))

    def buy(self, connection):
        event = purchase()
        connection.send(signed_request(event))
        self.assert_reply(connection.read(), 200, "applied", event)

    def test_only_tls_1_2_and_1_3_are_accepted_with_ec_and_rsa_keys(self):
        for key_type in ("ec", "rsa"):
            self.authority.issue(2, key_type)
            daemon = self.start_tls()
            for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
                with self.connect(daemon, lowest=version, highest=version) as connection:
                    self.assertEqual(connection.socket.version(), name)
                    self.assertRegex(connection.socket.cipher()[0], "GCM|CHACHA20")
                    for _ in range(3):
                        self.buy(connection)
            # The alert must come from the daemon: the client itself accepts the old version.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                old = self.context(lowest=ssl.TLSVersion.TLSv1, highest=ssl.TLSVersion.TLSv1_1)
            old.set_ciphers("ALL:@SECLEVEL=0")
            with self.assertRaisesRegex(ssl.SSLError, "ALERT_PROTOCOL_VERSION"):
                TlsConnection(daemon.port, old)
            weak = self.context(highest=ssl.TLSVersion.TLSv1_2)
            weak.set_ciphers("ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0")
            with self.assertRaisesRegex(ssl.SSLError, "ALERT_HANDSHAKE_FAILURE"):
                TlsConnection(daemon.port, weak)

    def test_a_closed_connection_ends_with_close_notify(self):
        daemon = self.start_tls()
        with self.connect(daemon) as connection:
            event = purchase()
            connection.send(signed_request(event, headers=[("Connection", "close")]))
            self.assertTrue(connection.read().closes)
            connection.socket.suppress_ragged_eofs = False
            self.assertEqual(connection.socket.recv(1), b"", "close_notify, not a cut")

    def test_a_long_header_is_accepted_and_a_body_over_the_limit_is_413(self):
        daemon = self.start_tls()
        with self.connect(daemon) as connection:
            connection.send(signed_request(purchase(), headers=[("X-Long", "x" * 8000)]))
            self.assertEqual(connection.read().status, 200)
            connection.send(signed_request(b"x" * 2_000_000))
            self.assertEqual(connection.read().status, 413)

    def test_a_client_without_tls_or_with_an_unfinished_handshake_is_disconnected(self):
        daemon = self.start_tls(request_timeout_ms=2000)
        with daemon.connect() as plain, self.assertRaises(NoAnswer):
            plain.send(signed_request(purchase()))
            # Perhaps a TLS alert, but never an HTTP answer.
            plain.read()
        with Connection(daemon.port) as silent:
            self.assertTrue(silent.at_end())
        with self.connect(daemon) as connection:
            self.buy(connection)

    def test_a_new_certificate_serves_new_connections_and_drops_no_open_one(self):
        daemon = self.start_tls()
        stop, failed, sent = threading.Event(), [], []

        def load():
            with self.connect(daemon) as connection:
                while not stop.is_set():
                    try:
                        connection.send(signed_request(purchase()))
                        answer = connection.read()
                        sent.append(answer.status)
                        if answer.status != 200:
                            failed.append(answer)
                    except (OSError, NoAnswer) as error:
                        failed.append(error)
                        return
        senders = [threading.Thread(target=load) for _ in range(4)]
        for each in senders:
            each.start()
        with self.connect(daemon) as old:
            self.assertEqual(old.serial, 1)
            for serial in (2, 3, 4):
                self.authority.issue(serial, "ec")
                self.assertIn("reloaded", daemon.reload())
                with self.connect(daemon) as new:
                    self.assertEqual(new.serial, serial)
                    self.buy(new)
                self.buy(old)
        stop.set()
        for each in senders:
            each.join()
        self.assertEqual(failed, [])
        self.assertGreater(len(sent), 10)

    def test_a_certificate_that_does_not_fit_its_key_leaves_the_old_one_in_force(self):
        daemon = self.start_tls()
        key = self.authority.file("key.pem")
        shutil.copy(key, key + ".old")
        self.authority.issue(2, "ec")
        shutil.copy(key + ".old", key)
        self.assertIn("the key is not that of the certificate", daemon.reload())
        with self.connect(daemon) as connection:
            self.assertEqual(connection.serial, 1)
            self.buy(connection)

    def test_a_client_cannot_renegotiate(self):
        daemon = self.start_tls()
        with subprocess.Popen(["openssl", "s_client", "-tls1_2", "-msg", "-connect", f"127.0.0.1:{daemon.port}"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace") as client:
            before = "".join(iter(client.stdout.readline, "---\n"))  # up to the certificates: the handshake is done
            client.stdin.write("R\n")  # renegotiate
            client.stdin.flush()
            said = client.communicate(timeout=30)[0].partition("RENEGOTIATING")[2]
        self.assertIn("ServerHello", before)
        self.assertIn("ClientHello", said, "it asked for another handshake")
        self.assertNotIn("ServerHello", said)
        self.assertIn("no_renegotiation", said)
        with self.connect(daemon) as connection:
            self.buy(connection)

    def test_a_drain_closes_idle_tls_connections_and_the_daemon_ends(self):
        daemon = self.start_tls()
        with self.connect(daemon) as connection, self.connect(daemon) as idle:
            self.buy(connection)
            daemon.terminate()
            self.assertTrue(idle.at_end())
        self.stop(daemon)


if __name__ == "__main__":
    unittest.main()
