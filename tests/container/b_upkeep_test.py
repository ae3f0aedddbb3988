"""The procedures of docs/operations.md: rolling a secret, TLS, proxies, a pooler, backup and restore."""

import pathlib
import re
import shutil
import ssl
import time
import unittest

from machine import (CONFIGURATION, OPERATIONS_PORT, SECRET, SECRET_FILE, SERVICE, SOCKETS, WEBHOOK_PORT, Connection,
                     Deliveries, MachineTest, dump, eventually, open_for_business, post, purchase, request_bytes, run,
                     shell, signed_header, sql, state, systemctl)

NEW_SECRET = "whsec_test_rolled_0123456789"
OLD_FILE = SECRET_FILE.with_name("stripe-webhook-secret-old")
DROP_INS = pathlib.Path("/etc/systemd/system")
EXAMPLES = pathlib.Path("/usr/share/doc/tokenledgerd/proxy")
NAME = "hooks.example.com"
HTTPS_PORT = 443


def replace_in(path, *changes):
    """Makes the changes, (old, new), in a file; fails if it lacks one of the old texts."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        if old not in text:
            raise AssertionError(f"{path} has no {old!r}")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def signed_post(connection, event, secret=SECRET):
    body = dump(event)
    headers = [("Host", NAME), ("Stripe-Signature", signed_header(body, secret))]
    connection.send(request_bytes(headers=headers, body=body, host=False))
    answer = connection.read()
    return answer.status, answer.json()["result"]


def post_signed_by(secret, event):
    with Connection(WEBHOOK_PORT, timeout=60) as connection:
        return signed_post(connection, event, secret)


def post_over_tls(port, authority):
    with Connection(port, timeout=60) as connection:
        context = ssl.create_default_context(cafile=authority)
        context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default since Python 3.13
        connection.socket = context.wrap_socket(connection.socket, server_hostname=NAME)
        return signed_post(connection, purchase("user_tls"))


def metric(pattern):
    with Connection(OPERATIONS_PORT) as connection:
        found = re.search(pattern + r" (\S+)", connection.get("/metrics").body.decode())
    return float(found.group(1)) if found else None


class Upkeep(MachineTest):
    @classmethod
    def setUpClass(cls):
        open_for_business()
        systemctl("enable", "--now", *SOCKETS)
        post(purchase("user_before"))

    def keep_configuration(self):
        """Restores the configuration and the service after the test."""
        before = CONFIGURATION.read_text(encoding="utf-8")

        def back():
            CONFIGURATION.write_text(before, encoding="utf-8")
            shell(f"rm -rf {DROP_INS}/tokenledgerd.service.d {DROP_INS}/tokenledgerd.socket.d; systemctl daemon-reload")
            systemctl("stop", *SOCKETS, SERVICE)
            systemctl("start", *SOCKETS)
        self.addCleanup(back)

    def certificate(self):
        """A self-signed certificate for NAME: (file, key)."""
        shell(f"""openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={NAME} \
            -addext subjectAltName=DNS:{NAME} -addext keyUsage=critical,digitalSignature,keyCertSign \
            -keyout /run/{NAME}.key -out /run/{NAME}.pem 2>/dev/null""")
        return f"/run/{NAME}.pem", f"/run/{NAME}.key"

    def test_1_a_secret_is_rolled_under_traffic(self):
        self.keep_configuration()
        self.addCleanup(SECRET_FILE.write_text, SECRET + "\n", encoding="utf-8")
        one = 'secrets = ["stripe-webhook-secret"]'
        both = 'secrets = ["stripe-webhook-secret", "stripe-webhook-secret-old"]'
        with Deliveries() as deliveries:
            shell(f"cd {SECRET_FILE.parent}; mv {SECRET_FILE.name} {OLD_FILE.name}")
            run("install", "-m", "600", "/dev/stdin", str(SECRET_FILE), input=NEW_SECRET + "\n")
            replace_in(CONFIGURATION, (one, both))
            systemctl("restart", SERVICE)
            self.assertEqual(post_signed_by(NEW_SECRET, purchase("user_new")), (200, "applied"))
            deliveries.wait_for_more(20)
        self.assert_all_taken(deliveries)
        last_used = metric(r'secret_last_used_timestamp_seconds\{[^}]*secret="stripe-webhook-secret-old"\}')
        self.assertAlmostEqual(last_used, time.time(), delta=120)
        OLD_FILE.unlink()
        replace_in(CONFIGURATION, (both, one))
        systemctl("restart", SERVICE)
        self.assertEqual(post_signed_by(SECRET, purchase("user_old")), (400, "rejected"))
        self.assertEqual(post_signed_by(NEW_SECRET, purchase("user_new")), (200, "applied"))

    def test_2_the_daemon_serves_tls_at_port_443(self):
        self.keep_configuration()
        certificate, key = self.certificate()
        shell(f"""
install -m 600 {certificate} /etc/tokenledger/credentials/webhook-certificate
install -m 600 {key} /etc/tokenledger/credentials/webhook-key
mkdir -p {DROP_INS}/tokenledgerd.service.d {DROP_INS}/tokenledgerd.socket.d
cat >{DROP_INS}/tokenledgerd.service.d/tls.conf <<'END'
[Service]
LoadCredential=webhook-certificate:/etc/tokenledger/credentials/webhook-certificate
LoadCredential=webhook-key:/etc/tokenledger/credentials/webhook-key
END
cat >{DROP_INS}/tokenledgerd.socket.d/public.conf <<'END'
[Socket]
ListenStream=
ListenStream=0.0.0.0:443
END
sed -i 's/^#tls_/tls_/' /etc/tokenledger/tokenledgerd.toml
systemctl daemon-reload
systemctl stop tokenledgerd.socket tokenledgerd.service
systemctl start tokenledgerd.socket tokenledgerd.service
""")
        self.assertEqual(post_over_tls(HTTPS_PORT, certificate), (200, "applied"))

    def test_3_nginx_with_the_example_configuration_passes_events_on(self):
        self.proxied("nginx", EXAMPLES / "nginx.conf", pathlib.Path("/etc/nginx/conf.d/tokenledger.conf"),
                     ("/etc/ssl/private/hooks.example.com.key", f"/run/{NAME}.key"),
                     ("/etc/ssl/hooks.example.com.pem", f"/run/{NAME}.pem"))

    def test_4_caddy_with_the_example_configuration_passes_events_on(self):
        # No public authority can be reached from here, so the certificate is configured.
        self.proxied("caddy", EXAMPLES / "Caddyfile", pathlib.Path("/etc/caddy/Caddyfile"),
                     ("hooks.example.com {", f"hooks.example.com {{\n\ttls /run/{NAME}.pem /run/{NAME}.key"))

    def proxied(self, name, example, target, *changes):
        if not shutil.which(name):
            self.skipTest(f"{name} is not installed")
        certificate, key = self.certificate()
        shell(f"chmod 644 {key}")
        shutil.copyfile(example, target)
        replace_in(target, *changes)
        systemctl("restart", name)
        self.addCleanup(systemctl, "stop", name)
        eventually(lambda: state(name) == "active", f"{name} runs", 20)
        self.assertEqual(post_over_tls(HTTPS_PORT, certificate), (200, "applied"))

    def test_5_the_daemon_works_through_a_pooler_in_transaction_mode(self):
        if not shutil.which("pgbouncer"):
            self.skipTest("pgbouncer is not installed")
        self.keep_configuration()
        shell(r"""
cat >/etc/pgbouncer/pgbouncer.ini <<'END'
[databases]
tokenledger = host=/run/postgresql user=postgres
[pgbouncer]
listen_addr =
unix_socket_dir = /run/postgresql
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = 2
logfile = /var/log/postgresql/pgbouncer.log
pidfile = /run/postgresql/pgbouncer.pid
END
systemctl restart pgbouncer
""")
        self.addCleanup(systemctl, "stop", "pgbouncer")
        text = CONFIGURATION.read_text(encoding="utf-8")
        through = 'url = "postgresql:///tokenledger?host=/run/postgresql&port=6432"'
        CONFIGURATION.write_text(re.sub(r'(?m)^url = ".*"$', through, text), encoding="utf-8")
        systemctl("restart", SERVICE)
        with Deliveries() as deliveries:
            deliveries.wait_for_more(100)
        self.assert_all_taken(deliveries)
        self.assertIn("login attempt", shell("cat /var/log/postgresql/pgbouncer.log"))

    def test_6_a_dump_is_restored_verified_and_rebuilt(self):
        dumped = sql("SELECT count(*) FROM tokenledger.token_transactions")
        said = shell("""
cd /var/lib/postgresql
runuser -u postgres -- pg_dump -Fc -f tokenledger.dump tokenledger
runuser -u postgres -- createdb tokenledger_restored
runuser -u postgres -- pg_restore --exit-on-error -d tokenledger_restored tokenledger.dump
cd /etc/tokenledger
sed 's#^\\(url\\|migrate_url\\) = "postgresql:///tokenledger?#\\1 = "postgresql:///tokenledger_restored?#' \
    tokenledgerd.toml | install -g tokenledger -m 640 /dev/stdin restored.toml
runuser -u tokenledger-owner -- tokenledgerd verify --evidence --config /etc/tokenledger/restored.toml

cd /var/lib/postgresql
runuser -u postgres -- createdb tokenledger_again
runuser -u postgres -- psql -X -v ON_ERROR_STOP=1 -1 -q -d tokenledger_again -f /usr/share/tokenledger/roles.sql
cd /etc/tokenledger
sed 's#^\\(url\\|migrate_url\\) = "postgresql:///tokenledger?#\\1 = "postgresql:///tokenledger_again?#' \
    tokenledgerd.toml | install -g tokenledger -m 640 /dev/stdin again.toml
runuser -u tokenledger-owner -- tokenledgerd migrate --config /etc/tokenledger/again.toml
runuser -u tokenledger-owner -- tokenledgerd rebuild --config /etc/tokenledger/restored.toml \
    --into 'postgresql:///tokenledger_again?host=/run/postgresql&user=tokenledger_owner'
""")
        print("    " + said.strip().replace("\n", "\n    "))
        for database in ("tokenledger_restored", "tokenledger_again"):
            self.assertEqual(sql("SELECT count(*) FROM tokenledger.token_transactions", database), dumped)

    def test_7_the_service_still_works_and_no_unit_failed(self):
        self.assertEqual(post(purchase("user_after")), (200, "applied"))
        self.assert_no_unit_failed()


if __name__ == "__main__":
    unittest.main()
