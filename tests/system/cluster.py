"""The throw-away PostgreSQL of a test run: databases, SQL through psql, stopping and starting it."""

import json
import os
import pathlib
import shlex
import subprocess
import urllib.parse

COMMAND_TIMEOUT_S = 60
ROLES = pathlib.Path(__file__).resolve().parents[2] / "migrations" / "roles.sql"


def setting(name):
    """An environment variable that the tests need."""
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"{name} is not set; run the tests under tools/with-postgres")
    return value


def url_of(database):
    """The superuser's URL, for another database of the cluster."""
    parts = urllib.parse.urlsplit(setting("TOKENLEDGER_TEST_DATABASE_URL"))
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{database}{query}"


def _psql(url, *arguments):
    return ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, *arguments]


def run_psql(url, *arguments):
    done = subprocess.run(_psql(url, *arguments), capture_output=True, text=True,
                          timeout=COMMAND_TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"psql: {done.stderr.strip()}\n{arguments[-1]}")
    return done.stdout.strip()


def run_sql(url, statement):
    return run_psql(url, "-c", statement)


class Database:
    """One database; dropped with drop()."""

    _made = 0

    def __init__(self, template="template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"):
        Database._made += 1
        self.name = f"tokenledger_system_{os.getpid()}_{Database._made}"
        self.url = url_of(self.name)
        admin(f"CREATE DATABASE {self.name} TEMPLATE {template}")

    def drop(self):
        admin(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def sql(self, statement):
        return run_sql(self.url, statement)

    def rows(self, query):
        """The rows of a query as dicts; numbers past 2^53 stay exact."""
        return json.loads(self.sql(f"SELECT coalesce(json_agg(t), '[]') FROM ({query}) t"))

    def separate_roles(self):
        """Creates the roles of docs/operations.md, none a superuser; returns the settings of [database] for them."""
        run_psql(self.url, "-1", "-f", str(ROLES))
        daemon, owner = (self.url.replace("user=postgres", f"user=tokenledger_{each}") for each in ("daemon", "owner"))
        return {"url": daemon, "migrate_url": owner}

    def kick_everybody(self):
        """Ends every other backend of this database, as an administrator's restart would."""
        admin("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
              f"WHERE datname = '{self.name}' AND pid <> pg_backend_pid()")

    def close_the_door(self):
        """Makes the database unavailable: refuses new connections and ends the open ones."""
        admin(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false")
        self.kick_everybody()

    def open_the_door(self):
        admin(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")


def admin(statement):
    return run_sql(setting("TOKENLEDGER_TEST_DATABASE_URL"), statement)


class Lock:
    """A context in which a psql session locks a table, so that every writer waits."""

    def __init__(self, database, table):
        self.database, self.table = database, table
        self.session = None

    def __enter__(self):
        self.session = subprocess.Popen(_psql(self.database.url), stdin=subprocess.PIPE, text=True,
                                        stdout=subprocess.PIPE)
        self.session.stdin.write(f"BEGIN; LOCK TABLE {self.table};\n\\echo held\n")
        self.session.stdin.flush()
        if self.session.stdout.readline() != "held\n":
            raise RuntimeError(f"could not lock {self.table}")
        return self

    def release(self):
        if self.session:
            self.session.communicate("ROLLBACK;\n\\q\n", timeout=COMMAND_TIMEOUT_S)
            self.session = None

    def __exit__(self, *_):
        self.release()


class Server:
    """Stops and starts the cluster itself, as its owner."""

    def __init__(self):
        self.data = setting("TOKENLEDGER_TEST_PGDATA")
        self.pg_ctl = os.path.join(setting("TOKENLEDGER_TEST_PGBIN"), "pg_ctl")
        self.arguments = None

    def _run(self, *arguments):
        command = [self.pg_ctl, "-D", self.data, "-s", "-w", "-t", "50", *arguments]
        owner = os.stat(self.data)
        if os.geteuid() == 0 and owner.st_uid != 0:
            command = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}",
                       "--clear-groups", "--", *command]
        # The server outlives pg_ctl and must not hold our pipes.
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=COMMAND_TIMEOUT_S, check=True, cwd="/")

    def stop(self, mode="fast"):
        with open(os.path.join(self.data, "postmaster.opts"), encoding="utf-8") as file:
            self.arguments = shlex.split(file.read())[1:]
        self._run("-m", mode, "stop")

    def start(self):
        options = shlex.join(self.arguments)
        self._run("-l", os.path.join(self.data, "restart.log"), "-o", options, "start")
