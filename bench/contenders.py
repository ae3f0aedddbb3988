# The programs that are measured: this daemon, the peers that do the same job, and PostgreSQL alone.
import builds
import ledger_check
import peer_check
from processes import Daemon, Failed, Server

SECRET = "whsec_benchmark_" + "0" * 24
MODES = ["distinct", "hot", "duplicate", "refund", "paced"]


class TokenLedger:
    """This daemon, release build, with its default configuration."""
    name = title = "tokenledgerd"
    modes = MODES
    is_server = True

    def __init__(self, postgres, database, directory):
        self.postgres, self.database = postgres, database
        self.server = Daemon(builds.program("daemon", "tokenledgerd"), directory, postgres.url_of(database), SECRET)

    def start(self):
        self.server.command("migrate")
        self.server.start()

    def check(self, tally):
        return ledger_check.check_ledger(self.postgres, self.database, tally)


class Peer:
    """A program of bench/peers; it reads its port, database and secret from the environment."""
    modes = MODES
    is_server = True
    runtime = "node"

    def __init__(self, postgres, database, directory):
        self.postgres, self.database = postgres, database
        self.server = Server(self.name, directory)

    def make_schema(self):
        self.postgres.psql((builds.PEERS / "schema.sql").read_text(encoding="utf-8"), self.database)

    def start(self):
        self.make_schema()
        runtime = builds.bun() if self.runtime == "bun" else self.runtime
        self.server.run([runtime, str(builds.PEERS / self.script)], {
            "PORT": str(self.server.port), "DATABASE_URL": self.postgres.url_of(self.database),
            "STRIPE_WEBHOOK_SECRET": SECRET, "NODE_ENV": "production"})

    def check(self, tally):
        return peer_check.check_ledger(self.postgres, self.database, tally)


class Express(Peer):
    name, title, script = "express", "Express + stripe + pg", "express.mjs"


class Fastify(Peer):
    name, title, script = "fastify", "Fastify + stripe + postgres.js", "fastify.mjs"


class Bun(Peer):
    name, title, script, runtime = "bun", "Bun.serve + stripe + Bun.sql", "bun.mjs", "bun"


class SyncEngine(Peer):
    name, title, script = "sync-engine", "@supabase/stripe-sync-engine (mirrors, keeps no ledger)", "sync_engine.mjs"

    def make_schema(self):
        pass  # it has migrations of its own

    def check(self, tally):
        return peer_check.check_mirror(self.postgres, self.database, tally)


class Limit:
    """PostgreSQL alone: the same rows by a plain loop over one connection, without HTTP."""
    name, title = "limit", "PostgreSQL alone, batches of 256"
    modes = ["distinct", "hot"]
    is_server = False
    arguments = ["--batch", "256"]

    def __init__(self, postgres, database, directory):
        self.postgres, self.database = postgres, database
        self.server = Daemon(builds.program("daemon", "tokenledgerd"), directory, postgres.url_of(database), SECRET)

    def start(self):
        self.server.command("migrate")  # into our own tables; the daemon itself does not run

    def check(self, tally):
        return ledger_check.check_ledger(self.postgres, self.database, tally)


class Bare(Limit):
    name, title = "bare", "one INSERT of the same rows + COMMIT, prepared"
    modes = ["distinct"]
    arguments = ["--batch", "1"]


class BareUnprepared(Bare):
    name, title = "bare-unprepared", "the same, parsed and planned each time"
    arguments = ["--batch", "1", "--unprepared"]


ALL = [TokenLedger, Bun, Fastify, Express, SyncEngine, Limit, Bare, BareUnprepared]
NAMES = [each.name for each in ALL]


def chosen(names):
    unknown = set(names) - set(NAMES)
    if unknown:
        raise Failed(f"nobody is called {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    return [each for each in ALL if each.name in names]
