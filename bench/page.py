# How the figures are shown: a table on the terminal, and docs/benchmarks.md.
import os
import platform
import statistics
import subprocess

COLUMNS = [  # heading, key of a run, format
    ("load", "mode", "{}"),
    ("req/s", "rate", "{:.0f}"),
    ("p50 ms", "p50_ms", "{:.2f}"),
    ("p90 ms", "p90_ms", "{:.2f}"),
    ("p99 ms", "p99_ms", "{:.2f}"),
    ("max ms", "max_ms", "{:.1f}"),
    ("daemon us", "daemon_us", "{:.1f}"),
    ("PostgreSQL us", "postgres_us", "{:.1f}"),
    ("generator us", "cpu_us", "{:.1f}"),
    ("generator busy", "busy", "{:.0%}"),
    ("others busy", "others", "{:.0%}"),
    ("per xact", "per_transaction", "{:.1f}"),
    ("RSS MB", "rss_mb", "{:.1f}"),
    ("WAL B", "wal", "{:.1f}"),
]


def answers(run):
    kinds = sorted(run["results"], key=lambda kind: -kind["count"])
    text = ", ".join(f"{kind['status']} {kind['result']} {kind['count']}" for kind in kinds)
    return text + "".join(f", {key} {run[key]}" for key in ("broken", "unsent") if run[key])


def header():
    return "  ".join(f"{heading:>9}" for heading, _, _ in COLUMNS) + "  answers"


def row(run):
    cells = [f"{form.format(run[key]):>{max(9, len(heading))}}" for heading, key, form in COLUMNS]
    return "  ".join(cells) + "  " + answers(run)


def machine(postgres, data_directory):
    """What the figures depend on; nothing that names the machine."""
    kind = subprocess.run(["df", "--output=fstype", data_directory], capture_output=True, text=True, check=False)
    file_system = kind.stdout.split()[-1] if kind.stdout else "an unknown file system"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    settings = {name: postgres.value(f"SHOW {name}") for name in (
        "fsync", "synchronous_commit", "full_page_writes", "wal_compression", "shared_buffers", "autovacuum")}
    return {
        "cores": f"{os.cpu_count()} cores ({platform.machine()})",
        "memory": f"{memory:.0f} GB of memory",
        "server": "PostgreSQL " + postgres.value("SHOW server_version").split()[0],
        "disk": "data on " + file_system + (" (fsync costs nothing there)" if file_system == "tmpfs" else ""),
        "settings": ", ".join(f"{name} {value}" for name, value in settings.items()),
    }


def preamble(about, ceiling, options):
    state = "analysed while empty" if options.analysed_while_empty else "empty, never analysed"
    return (f"{about['cores']}, {about['memory']}, {about['server']}, {about['disk']}\n{about['settings']}\n"
            f"{options.connections} connections, {options.requests} requests a round, {options.users} accounts, "
            f"database {state}\n"
            f"the generator alone, against a responder that only answers: {ceiling['rate']:.0f} req/s, "
            f"{ceiling['cpu_us']:.1f} us of CPU a request\n")


def verdict(runs):
    wrong = sum(bool(run["wrong"]) for run in runs)
    if wrong:
        return f"\nledger: WRONG after {wrong} of {len(runs)} rounds, see above"
    total = sum(run["purchases"] for run in runs)
    return (f"\nledger: {total} purchases in {len(runs)} rounds, as many as were answered with applied; none doubled, "
            "every balance is the sum of its rows, every row continues the one before")


def median_run(runs):
    """The round with the median rate: figures that belong together."""
    return sorted(runs, key=lambda run: run["rate"])[(len(runs) - 1) // 2]


def table(runs):
    lines = ["| " + " | ".join(heading for heading, _, _ in COLUMNS) + " | rounds: req/s | answers |",
             "| --- |" + " ---: |" * len(COLUMNS) + " --- |"]
    for mode in dict.fromkeys(run["mode"] for run in runs):
        same = [run for run in runs if run["mode"] == mode]
        middle = median_run(same)
        rates = [run["rate"] for run in same]
        cells = [form.format(middle[key]) for _, key, form in COLUMNS]
        cells += [f"{len(same)}: {min(rates):.0f}-{max(rates):.0f}", answers(middle)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def document(about, ceiling, options, runs):
    state = "analysed while it was empty" if options.analysed_while_empty else "empty and never analysed"
    flag = " --analysed-while-empty" if options.analysed_while_empty else ""
    busiest = max(run["busy"] for run in runs)
    return f"""# Benchmarks

Written by `bench/run --mode {options.mode} --rounds {options.rounds} --requests {options.requests} \
--connections {options.connections}{flag} --write`.

- Machine: {about['cores']}, {about['memory']}, {about['disk']}. Load generator, daemon and database share the cores.
- {about['server']}: {about['settings']}; all else as `initdb` leaves it.
- Every round begins with a fresh daemon and a database that is {state}.
- One request: a signed `payment_intent.succeeded` of 2.7 KB; the answer leaves after COMMIT,
  with the event's bytes stored.
  {options.connections} connections are kept alive, {options.users} accounts take turns.

{table(runs)}

Of several rounds the table shows the one with the median rate; absolute figures of one machine move from hour to
hour, so compare only what was measured side by side.

- distinct: every event is another payment. hot: all of them go to one account. duplicate: one committed event again and
  again. paced: distinct events at a fixed rate, half of what distinct reached if none was given, sent on schedule
  whether answers come or not; latency counts from the moment a request was due.
- us: CPU microseconds an answer, user and system. PostgreSQL's is that of all its processes. RSS is the daemon's peak.
- others busy: what programs that do not belong here took of the whole machine meanwhile. Above a tenth or so, the rates
  say little.
- per xact: answers a database transaction, reading ones counted as well. WAL: bytes an answer, by `pg_current_wal_lsn`.
- The generator alone, against a responder inside its own process that only counts bytes, does {ceiling['rate']:.0f}
  requests/s with {ceiling['cpu_us']:.1f} us of CPU each; in these rounds it kept one core
  busy for {busiest:.0%} of the time at
  most.

After every round the ledger was checked in SQL: as many purchases as answers with `applied`, no payment twice, every
balance the sum of its rows, every row continuing the one before.
"""
