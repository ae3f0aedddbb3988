"""A primary and a synchronous standby for one test; each can be stopped, started and promoted."""

import os
import pwd
import shutil
import subprocess
import tempfile

from cluster import COMMAND_TIMEOUT_S, Database, run_sql, setting

PRIMARY_SETTINGS = """
listen_addresses = ''
fsync = off
max_connections = 60
max_wal_senders = 4
wal_keep_size = 256MB
"""


def _as_server(command):
    """PostgreSQL refuses to run as root."""
    owner = []
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        owner = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]
    # The server outlives pg_ctl and must not hold our pipes.
    subprocess.run([*owner, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   timeout=COMMAND_TIMEOUT_S, check=True, cwd="/",
                   env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})


def _program(name):
    return os.path.join(setting("TOKENLEDGER_TEST_PGBIN"), name)


class Site(Database):
    """One of the two servers, and its database `ledger`."""

    def __init__(self, base, name):
        self.name = "ledger"
        self.data = os.path.join(base, name)
        self.sockets = os.path.join(base, name + ".s")
        self.url = f"postgresql:///ledger?host={self.sockets}&user=postgres"
        self.server_url = f"postgresql:///postgres?host={self.sockets}&user=postgres"

    def configure(self, text):
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as file:
            file.write(f"{text}\nunix_socket_directories = '{self.sockets}'\n")

    def admin(self, statement):
        return run_sql(self.server_url, statement)

    def control(self, *arguments):
        log = os.path.join(self.sockets, "log")
        _as_server([_program("pg_ctl"), "-D", self.data, "-s", "-w", "-t", "50", "-l", log, *arguments])

    def start(self):
        self.control("start")

    def stop(self, mode="fast"):
        self.control("-m", mode, "stop")

    def promote(self):
        """Promotes it as an administrator does; it must not wait for a standby of its own."""
        with open(os.path.join(self.data, "postgresql.auto.conf"), "a", encoding="utf-8") as file:
            file.write("synchronous_standby_names = ''\n")
        self.start()
        self.control("promote")

    def waiting_for_standby(self):
        return int(self.admin("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))

    def cancel_the_waits(self):
        self.admin("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")


class Pair:
    """`primary`, whose every COMMIT waits for `standby`."""

    def __init__(self):
        self.base = tempfile.mkdtemp(prefix="tlsb.", dir="/tmp")  # short: a socket's path has room for 107 bytes
        os.chmod(self.base, 0o755)
        self.primary, self.standby = Site(self.base, "primary"), Site(self.base, "standby")
        for site in (self.primary, self.standby):
            for directory in (site.data, site.sockets):
                os.mkdir(directory, 0o700)
                if os.geteuid() == 0:
                    shutil.chown(directory, "postgres", "postgres")
            os.chmod(site.sockets, 0o755)
        _as_server([_program("initdb"), "-D", self.primary.data, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                    "--locale=C.UTF-8", "--no-sync"])
        self.primary.configure(PRIMARY_SETTINGS)
        self.primary.start()
        self.primary.admin("CREATE DATABASE ledger")
        _as_server([_program("pg_basebackup"), "-D", self.standby.data, "-d",
                    f"host={self.primary.sockets} user=postgres", "-R", "-X", "stream", "-c", "fast", "--no-sync"])
        self.standby.configure("")
        self.standby.start()
        self.primary.admin("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.primary.admin("SELECT pg_reload_conf()")

    def in_step(self):
        """True once the standby is one that a COMMIT waits for."""
        return self.primary.admin("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"

    def destroy(self):
        for site in (self.standby, self.primary):
            if os.path.exists(os.path.join(site.data, "postmaster.pid")):
                site.stop("immediate")
        shutil.rmtree(self.base, ignore_errors=True)
