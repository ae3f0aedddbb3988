# Shows the figures: as lines on the terminal during the run, and in docs/benchmarks.md.
import os
import platform
import subprocess

import contenders
from tables import limit_table, load_tables, median_run, of, paced_table

BEGIN = "<!-- bench/run: begin -->"
END = "<!-- bench/run: end -->"

COLUMNS = [  # heading, key of a run, format
    ("contender", "contender", "{}"),
    ("load", "mode", "{}"),
    ("conns", "connections", "{}"),
    ("req/s", "rate", "{:.0f}"),
    ("p50 ms", "p50_ms", "{:.2f}"),
    ("p99 ms", "p99_ms", "{:.2f}"),
    ("max ms", "max_ms", "{:.1f}"),
    ("server us", "server_us", "{:.1f}"),
    ("PostgreSQL us", "postgres_us", "{:.1f}"),
    ("gen busy", "busy", "{:.0%}"),
    ("others", "others", "{:.0%}"),
    ("RSS MB", "rss_mb", "{:.1f}"),
    ("WAL B", "wal", "{:.0f}"),
]


def answers(run):
    kinds = sorted(run["results"], key=lambda kind: -kind["count"])
    text = ", ".join(f"{kind['status']} {kind['result']} {kind['count']}" for kind in kinds)
    return text + "".join(f", {key} {run[key]}" for key in ("broken", "unsent") if run[key])


def width(heading):
    return max(len(heading), {"contender": 15}.get(heading, 8))


def header():
    return "  ".join(f"{heading:>{width(heading)}}" for heading, _, _ in COLUMNS) + "  state     answers"


def row(run):
    line = "  ".join(f"{form.format(run[key]):>{width(heading)}}" for heading, key, form in COLUMNS)
    return f"{line}  {'analysed' if run['analysed'] else 'never':8}  {answers(run)}"


def doubts(run):
    said = []
    if run["busy"] > 0.8 and run["connections"] > 1:
        said.append("the generator itself was near its limit: the server can do more than this")
    refused = sum(kind["count"] for kind in run["results"] if kind["status"] == 409)
    if refused:
        said.append(f"{refused} refunds overtook their purchase and were refused until Stripe sends them again")
    if run["others"] > 0.1:
        said.append("no quiet moment: other programs took their part of the machine")
    return said


def machine(postgres, data_directory):
    """The properties that the figures depend on; nothing that identifies the machine."""
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


def preamble(found):
    about, ceiling = found["machine"], found["ceiling"]
    return (f"{about['cores']}, {about['memory']}, {about['server']}, {about['disk']}\n{about['settings']}\n"
            f"{found['requests']} requests or {found['seconds']:g} s a round, {found['users']} accounts\n"
            f"the generator alone, against a responder that only answers: {ceiling['rate']:.0f} req/s, "
            f"{ceiling['cpu_us']:.1f} us of CPU a request\n")


def verdict(runs):
    lines = []
    for name in dict.fromkeys(run["contender"] for run in runs):
        own = [run for run in runs if run["contender"] == name]
        wrong = [run for run in own if run["wrong"]]
        rows = sum(run["rows"] for run in own)
        lines.append(f"{name}: {rows} rows in {len(own)} rounds, "
                     + ("as many as were acknowledged; none lost, none doubled, every balance adds up" if not wrong
                        else f"WRONG after {len(wrong)}: " + "; ".join(dict.fromkeys(
                            sentence.splitlines()[0] for run in wrong for sentence in run["wrong"]))))
    return "\n".join(lines)


def bars(found):
    """For the chart: (load, [(who, requests per second)]) at the main number of connections."""
    groups = []
    for mode in ("distinct", "hot", "duplicate", "refund"):
        group = []
        for each in contenders.ALL:
            runs = of(found, contender=each.name, mode=mode, connections=found["main"] if each.is_server else 1)
            if runs and each.name not in ("bare", "bare-unprepared"):
                group.append((each.name, median_run(runs)["rate"]))
        if group:
            groups.append((mode, group))
    return groups


def document(found):
    about, ceiling = found["machine"], found["ceiling"]
    served = [run for run in found["runs"] if run["connections"] > 1]
    busiest = max(served or found["runs"], key=lambda run: run["busy"])
    fastest = max(served or found["runs"], key=lambda run: run["rate"])
    return f"""![Requests per second at {found['main']} connections](benchmarks.svg)

Written by `{found['command']}`.

- Machine: {about['cores']}, {about['memory']}, {about['disk']}. Load generator, server and database share the cores.
- {about['server']}: {about['settings']}; all else as `initdb` leaves it.
- {found['requests']} requests or {found['seconds']:g} s a round, {found['users']} accounts.

{load_tables(found)}

### Half of the highest rate, open loop

{paced_table(found)}

### Against PostgreSQL alone

{limit_table(found)}

### The load generator

Alone, against a responder inside its own process that only counts bytes, it does {ceiling['rate']:.0f} requests/s with
{ceiling['cpu_us']:.1f} us of CPU each: {ceiling['rate'] / max(fastest['rate'], 1):.1f} times the highest rate of any
round ({fastest['rate']:.0f}). In no round with more than one connection did it keep a core busy for more than
{busiest['busy']:.0%} of the time.

### What was in the tables afterwards

```
{verdict(found['runs'])}
```
"""


def put_between_markers(path, text):
    """Replaces the text between the markers; the text around them is written by hand and stays."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")
