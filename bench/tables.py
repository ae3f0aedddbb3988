# The tables of docs/benchmarks.md.
import contenders

NAMES_OF_LOADS = {
    "distinct": "Distinct purchases", "hot": "One hot account", "duplicate": "All duplicates",
    "refund": "Purchases and their refunds"}


def of(found, analysed=None, **wanted):
    return [run for run in found["runs"] if all(run[key] == value for key, value in wanted.items())
            and (analysed is None or run["analysed"] == analysed)]


def median_run(runs):
    """The round with the median rate, so that all figures are of one round."""
    return sorted(runs, key=lambda run: run["rate"])[(len(runs) - 1) // 2]


def states(found):
    return sorted({run["analysed"] for run in found["runs"]})


def markdown(headings, rows):
    lines = ["| " + " | ".join(headings) + " |", "| --- |" + " ---: |" * (len(headings) - 1)]
    return "\n".join(lines + ["| " + " | ".join(cells) + " |" for cells in rows])


def rate_and_ratio(found, contender, mode, connections, analysed):
    runs = of(found, analysed, contender=contender.name, mode=mode, connections=connections)
    ours = of(found, analysed, contender="tokenledgerd", mode=mode, connections=connections)
    if not runs:
        return "-"
    rate = median_run(runs)["rate"]
    if contender.name == "tokenledgerd" or not ours:
        return f"{rate:.0f}"
    return f"{rate:.0f} ({median_run(ours)['rate'] / max(rate, 1):.1f}x)"


def load_table(found, mode):
    main, first = found["main"], states(found)[0]
    counts = sorted({run["connections"] for run in of(found, mode=mode)
                     if run["contender"] not in ("limit", "bare", "bare-unprepared")})
    both = len(states(found)) > 1
    headings = (["server"] + [f"{count} conn." for count in counts] + ([f"{main}, analysed empty"] if both else [])
                + ["p50 ms", "p99 ms", "server us", "PostgreSQL us", "RSS MB", "WAL B", "ledger"])
    rows = []
    for each in contenders.ALL:
        runs = of(found, first, contender=each.name, mode=mode, connections=main)
        if not each.is_server or not runs:
            continue
        middle = median_run(runs)
        wrong = sum(bool(run["wrong"]) for run in of(found, contender=each.name, mode=mode))
        rows.append([each.title] + [rate_and_ratio(found, each, mode, count, first) for count in counts]
                    + ([rate_and_ratio(found, each, mode, main, True)] if both else [])
                    + [f"{middle['p50_ms']:.2f}", f"{middle['p99_ms']:.2f}", f"{middle['server_us']:.0f}",
                       f"{middle['postgres_us']:.0f}", f"{middle['rss_mb']:.0f}", f"{middle['wal']:.0f}",
                       f"WRONG in {wrong}" if wrong else "good"])
    return markdown(headings, rows)


def load_tables(found):
    return "\n\n".join(f"### {title}\n\n{load_table(found, mode)}"
                       for mode, title in NAMES_OF_LOADS.items() if of(found, mode=mode, connections=found["main"]))


def paced_table(found):
    rows = []
    for each in contenders.ALL:
        runs = of(found, contender=each.name, mode="paced")
        if runs:
            middle = sorted(runs, key=lambda run: run["p99_ms"])[(len(runs) - 1) // 2]
            rows.append([each.title, f"{middle['offered']:.0f}", f"{middle['rate']:.0f}", f"{middle['p50_ms']:.2f}",
                         f"{middle['p90_ms']:.2f}", f"{middle['p99_ms']:.2f}", f"{middle['max_ms']:.1f}",
                         str(middle["unsent"])])
    return markdown(["server", "offered/s", "answered/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "unsent"], rows)


def limit_table(found):
    """Rates against ours at the main number of connections, latencies against ours with one request at a time."""
    rows = []
    for each in contenders.ALL:
        for mode in each.modes if not each.is_server else ():
            runs = of(found, contender=each.name, mode=mode)
            if not runs:
                continue
            middle = median_run(runs)
            cells = [f"{each.title}, {mode}", f"{middle['rate']:.0f}", f"{middle['postgres_us']:.1f}",
                     f"{middle['wal']:.0f}", f"{middle['p50_ms']:.2f}"]
            busy = of(found, contender="tokenledgerd", mode=mode, connections=found["main"])
            alone = of(found, contender="tokenledgerd", mode=mode, connections=1)
            if "1" in each.arguments:
                cells.append(f"{median_run(alone)['p50_ms'] / middle['p50_ms']:.2f} of its latency" if alone else "-")
            else:
                cells.append(f"{median_run(busy)['rate'] / middle['rate']:.2f} of its rate" if busy else "-")
            rows.append(cells)
    return markdown(["PostgreSQL", "rows/s", "CPU us a row", "WAL B", "p50 ms a transaction", "tokenledgerd"], rows)
