"""The stored rows: the tables as dicts, and a check of the ledger's invariants."""

import ctypes
import functools
import pathlib
import re

EVENTS = "SELECT * FROM tokenledger.stripe_events ORDER BY event_id"
TRANSACTIONS = "SELECT * FROM tokenledger.token_transactions ORDER BY user_id, sequence"
ACCOUNTS = "SELECT * FROM tokenledger.token_accounts ORDER BY user_id"


def events(database):
    return {row["event_id"]: row for row in database.rows(EVENTS)}


def transactions(database, user_id=None):
    rows = database.rows(TRANSACTIONS)
    return [row for row in rows if user_id in (None, row["user_id"])]


def balances(database):
    return {row["user_id"]: row["balance"] for row in database.rows(ACCOUNTS)}


def has_evidence(row):
    return row["evidence"] is not None


@functools.cache
def dictionary():
    """The zstd dictionary for evidence, from its migration."""
    migration, = (pathlib.Path(__file__).parents[2] / "migrations").glob("*_keep_dictionaries.sql")
    return bytes.fromhex(re.search(r"decode\('([0-9a-f\n]+)', 'hex'\)", migration.read_text(encoding="utf-8")).group(1))


def evidence_of(row):
    """Signature header and body as they were stored: a zstd frame of header, line feed, body."""
    packed = bytes.fromhex(row["evidence"].removeprefix("\\x"))
    zstd = ctypes.CDLL("libzstd.so.1")
    zstd.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    zstd.ZSTD_createDCtx.restype = ctypes.c_void_p
    zstd.ZSTD_decompress_usingDict.restype = ctypes.c_size_t
    size = zstd.ZSTD_getFrameContentSize(packed, ctypes.c_size_t(len(packed)))
    buffer = ctypes.create_string_buffer(max(size, 1))
    context = ctypes.c_void_p(zstd.ZSTD_createDCtx())
    got = zstd.ZSTD_decompress_usingDict(context, buffer, ctypes.c_size_t(size), packed, ctypes.c_size_t(len(packed)),
                                         dictionary(), ctypes.c_size_t(len(dictionary())))
    zstd.ZSTD_freeDCtx(context)
    assert got == size, "not a zstd frame"
    header, _, body = buffer.raw[:size].partition(b"\n")
    return header.decode("latin-1"), body


def faults(database):
    """Every violation of the ledger's invariants, in words; empty if there is none."""
    found, balance, intents = [], {}, set()
    for row in database.rows(TRANSACTIONS):
        user, number, amount = row["user_id"], row["sequence"], row["token_amount"]
        before, last = balance.get(user, (0, 0))
        if number != last + 1:
            found.append(f"{user}: sequence {number} after {last}")
        if row["balance_before"] != before:
            found.append(f"{user} #{number}: before {row['balance_before']}, was {before}")
        if row["balance_after"] != row["balance_before"] + amount:
            found.append(f"{user} #{number}: after {row['balance_after']}, not before + {amount}")
        balance[user] = (row["balance_after"], number)
        intent = row["stripe_payment_intent_id"]
        if row["transaction_type"] == "purchase" and intent in intents:
            found.append(f"{user} #{number}: {intent} is credited twice")
        intents.add(intent)
    for row in database.rows(ACCOUNTS):
        expected = balance.pop(row["user_id"], (0, 0))
        if (row["balance"], row["last_sequence"]) != expected:
            found.append(f"{row['user_id']}: account says {row['balance']} at "
                         f"{row['last_sequence']}, the rows {expected}")
    found += [f"{user}: rows without an account" for user in balance]
    return found
