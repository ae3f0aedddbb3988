# The processes that a round measures: PostgreSQL from outside, through psql and /proc, and the daemon.
import os
import signal
import socket
import subprocess
import time
import urllib.parse

TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """An error, with a message for the user."""


def cpu_us(pid, children=False):
    """CPU time of a process; with `children` also of those it has reaped."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11 : 15 if children else 13]) * TICK_US


def machine_cpu_us():
    """CPU time of everything that runs on the machine, and the time that the host took away."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) * TICK_US


def status_kb(pid, key):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith(key + ":"):
                return int(line.split()[1])
    raise Failed(f"no {key} of process {pid}")


class Postgres:
    def __init__(self, url, data_directory):
        self.url = url
        with open(os.path.join(data_directory, "postmaster.pid"), encoding="ascii") as pid_file:
            self.pid = int(pid_file.readline())

    def url_of(self, database):
        parts = urllib.parse.urlsplit(self.url)  # its own geturl() drops the // before an empty host
        return f"{parts.scheme}://{parts.netloc}/{database}?{parts.query}"

    def psql(self, sql, database="postgres"):
        """The rows as lists of text."""
        done = subprocess.run(
            ["psql", "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.url_of(database)],
            input=sql, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0:
            raise Failed(f"psql: {done.stderr.strip()}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def value(self, sql, database="postgres"):
        return self.psql(sql, database)[0][0]

    def wal_bytes(self):
        return int(self.value("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"))

    def commits(self, database):
        """Backends report them once a second and when they end: exact only without connections."""
        return int(self.value(f"SELECT xact_commit FROM pg_stat_database WHERE datname = '{database}'"))

    def cpu_us(self):
        """Of all its processes; the postmaster's time includes that of backends that have ended."""
        total = cpu_us(self.pid, children=True)
        for entry in os.listdir("/proc"):
            try:
                if entry.isdigit() and status_kb(entry, "PPid") == self.pid:
                    total += cpu_us(entry, children=True)
            except (FileNotFoundError, ProcessLookupError, Failed):
                continue  # ended meanwhile
        return total


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A program that listens on a port of its own on 127.0.0.1."""

    def __init__(self, name, directory):
        self.name = name
        self.directory = directory
        self.port = free_port()
        self.log = os.path.join(directory, name + ".log")
        self.process = None

    def last_words(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-20:])

    def run(self, command, environment=None):
        """Starts it and waits until it listens."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=os.environ | (environment or {}))
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                raise Failed(f"{self.name} ended with {self.process.returncode}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise Failed(f"{self.name} does not listen")

    def stop(self):
        """Sends SIGTERM; returns the exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -signal.SIGKILL


class Daemon(Server):
    """tokenledgerd; `limits` are further lines of configuration by table."""

    def __init__(self, program, directory, database_url, secret, limits=None):
        super().__init__("tokenledgerd", directory)
        self.secret_file = os.path.join(directory, "stripe-webhook-secret")
        self.config = os.path.join(directory, "tokenledger.toml")
        self.program = program
        limits = limits or {}
        with open(self.secret_file, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(secret + "\n")
        with open(self.config, "w", encoding="ascii") as file:
            file.write(f"""[database]
url = "{database_url}"
{limits.get("database", "")}

[webhook]
listen = ["127.0.0.1:{self.port}"]
{limits.get("webhook", "")}

[[webhook.endpoint]]
path = "/stripe/webhook"
secrets = ["{self.secret_file}"]
livemode = true

[catalog]
[[catalog.pack]]
id = "starter"
tokens = 100000
prices = {{ usd = 999 }}
""")

    def command(self, *arguments):
        """Runs one of its subcommands; returns the output."""
        done = subprocess.run([self.program, *arguments, "--config", self.config],
                              capture_output=True, text=True, timeout=3600, check=False)
        if done.returncode != 0:
            raise Failed(f"tokenledgerd {arguments[0]} failed ({done.returncode}):\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def start(self):
        self.run([self.program, "--config", self.config])
