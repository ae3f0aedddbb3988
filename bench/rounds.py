# One round: one contender, one kind of load, an empty database, and a check of what it wrote.
import json
import os
import resource
import subprocess
import tempfile
import time

import builds
from contenders import SECRET
from ledger_check import Tally
from processes import Failed, cpu_us, machine_cpu_us, status_kb

DATABASE = "tokenledger_bench"
WARM_UP_FIRST = 10_000_000  # number of the first warm-up event, beyond all measured ones
WARM_UP_SECONDS = 2


def run_json(command):
    done = subprocess.run([*map(str, command), "--json"], capture_output=True, text=True, timeout=900, check=False)
    if not done.stdout:
        raise Failed(f"{os.path.basename(command[0])}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def load(*arguments):
    return run_json([builds.program("bench", "tokenledger_load"), *arguments])


class Round:
    """`analysed`: ANALYZE the empty tables first, so that the planner assumes tiny ones."""

    def __init__(self, options, postgres, contender, mode, connections, analysed, rate=None):
        self.options, self.postgres, self.contender = options, postgres, contender
        self.mode, self.connections, self.analysed, self.rate = mode, connections, analysed, rate

    def run(self):
        self.postgres.psql(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        self.postgres.psql(f"CREATE DATABASE {DATABASE}")
        with tempfile.TemporaryDirectory(prefix="tokenledger-bench-") as directory:
            subject = self.contender(self.postgres, DATABASE, directory)
            status = 0
            try:
                subject.start()
                if self.analysed:
                    self.postgres.psql("ANALYZE", DATABASE)
                found, told = self.serve(subject, directory) if subject.is_server else self.write(subject)
            except Failed as failure:
                words = subject.server.last_words() if os.path.exists(subject.server.log) else ""
                raise Failed(f"{subject.title}: {failure}\n{words}".rstrip()) from None
            finally:
                status = subject.server.stop()
            tally = Tally(told)
            tally.repeated = self.mode == "duplicate"
            wrong, found["rows"] = subject.check(tally)
            if status != 0:
                wrong.append(f"it ended with {status} when asked to stop:\n{subject.server.last_words()}")
        if found["gave_up"]:
            wrong.append("the load generator gave up")
        # A refund that overtook its purchase may be refused: Stripe sends it again.
        failed = sum(kind["count"] for kind in found["results"] if kind["status"] not in (200, 409)) + found["broken"]
        if failed:
            wrong.append(f"{failed} requests failed")
        found.update(contender=subject.name, mode=self.mode, connections=self.connections,
                     analysed=self.analysed, wrong=wrong, offered=self.rate)
        self.postgres.psql(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        return found

    def counters(self, pid):
        children = resource.getrusage(resource.RUSAGE_CHILDREN)  # the generator, including its signing
        return (self.postgres.wal_bytes(), self.postgres.cpu_us(), cpu_us(pid) if pid else 0, machine_cpu_us(),
                (children.ru_utime + children.ru_stime) * 1e6, time.monotonic() * 1e6)

    def measured(self, pid, command):
        """Runs the command; returns its figures and what the processes used meanwhile, per answer."""
        self.postgres.psql("CHECKPOINT")
        start = self.counters(pid)
        found = run_json(command)
        wal, postgres_us, server_us, machine_us, generator_us, wall_us = (
            after - before for before, after in zip(start, self.counters(pid)))
        answers = max(found["answers"], 1)
        others = max(machine_us - postgres_us - server_us - generator_us, 0) / wall_us / os.cpu_count()
        found.update(wal=wal / answers, postgres_us=postgres_us / answers, server_us=server_us / answers,
                     others=others, rss_mb=status_kb(pid, "VmHWM") / 1024 if pid else 0)
        return found

    def serve(self, subject, directory):
        options = self.options
        secret_file = os.path.join(directory, "load-secret")
        with open(secret_file, "w", encoding="ascii") as file:
            file.write(SECRET + "\n")
        common = ["--target", f"127.0.0.1:{subject.server.port}", "--secret-file", secret_file,
                  "--mode", "distinct" if self.mode == "paced" else self.mode, "--users", options.users]
        repeated = self.mode == "duplicate"
        told = []
        if repeated:  # duplicates of a committed event, not of one in flight
            told.append(load(*common, "--requests", 1, "--connections", 1))
        if options.warm_up:  # warms JIT compilers and fills pools
            told.append(load(*common, "--requests", max(options.requests // 10, 2 * self.connections),
                             "--connections", self.connections, "--duration", WARM_UP_SECONDS,
                             "--first", 0 if repeated else WARM_UP_FIRST))
        command = [builds.program("bench", "tokenledger_load"), *common, "--requests", options.requests,
                   "--connections", self.connections, "--duration", options.seconds]
        found = self.measured(subject.server.process.pid, command + (["--rate", self.rate] if self.rate else []))
        return found, told + [found]

    def write(self, subject):
        found = self.measured(None, [
            builds.program("bench", "tokenledger_limit"), "--database", self.postgres.url_of(DATABASE),
            "--mode", self.mode, "--users", self.options.users, "--requests", self.options.requests,
            "--duration", self.options.seconds, *subject.arguments])
        found["server_us"] = found["cpu_us"]
        return found, [found]
