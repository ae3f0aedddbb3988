# Checks our tables after a round: every acknowledged purchase and refund is there once, and every
# balance adds up.

# Each query returns one number; those after `rows` count violations.
QUESTIONS = {
    "rows": """
        SELECT count(*) FROM tokenledger.token_transactions""",
    "rows that are neither purchase nor refund": """
        SELECT count(*) FROM tokenledger.token_transactions WHERE transaction_type NOT IN ('purchase', 'refund')""",
    "payments credited or refunded twice": """
        SELECT count(*) FROM (SELECT stripe_payment_intent_id FROM tokenledger.token_transactions
        GROUP BY stripe_payment_intent_id, transaction_type HAVING count(*) > 1) doubled""",
    "rows of another size than the pack": """
        SELECT count(*) FROM tokenledger.token_transactions
        WHERE token_amount <> CASE transaction_type WHEN 'purchase' THEN 100000 ELSE -100000 END
        OR transaction_type = 'purchase' AND amount_paid_cents <> 999""",
    "accounts whose balance is not the sum of their rows": """
        SELECT count(*) FROM tokenledger.token_accounts accounts
        FULL JOIN (SELECT user_id, sum(token_amount) AS total FROM tokenledger.token_transactions GROUP BY 1) added
        USING (user_id) WHERE accounts.balance IS DISTINCT FROM added.total""",
    "rows without their event's evidence": """
        SELECT count(*) FROM tokenledger.token_transactions rows LEFT JOIN tokenledger.stripe_events events
        ON events.event_id = rows.stripe_event_id AND events.result = 'applied' AND events.evidence IS NOT NULL
        WHERE events.event_id IS NULL""",
    "rows that do not continue the row before": """
        SELECT count(*) FROM (SELECT sequence, balance_before,
            lag(balance_after, 1, 0::bigint) OVER by_user AS previous_balance,
            lag(sequence, 1, 0::bigint) OVER by_user AS previous_sequence
            FROM tokenledger.token_transactions WINDOW by_user AS (PARTITION BY user_id ORDER BY sequence)) chain
        WHERE balance_before <> previous_balance OR sequence <> previous_sequence + 1""",
}


class Tally:
    """The answers of several runs of the generator. `unknown`: requests whose outcome it cannot know (5xx, or a
    connection that broke); `later`: events that wait and take effect with another one."""

    def __init__(self, runs):
        def count(wanted):
            return sum(kind["count"] for run in runs for kind in run["results"] if wanted(kind))
        self.ok = count(lambda kind: kind["status"] == 200)
        self.applied = count(lambda kind: kind["status"] == 200 and kind["result"] == "applied")
        self.later = count(lambda kind: kind["status"] == 200 and kind["result"] == "waiting")
        self.unknown = count(lambda kind: kind["status"] >= 500) + sum(run["broken"] for run in runs)


def against(tally, rows, what="rows in the ledger"):
    """A list with a sentence about lost or doubled rows; empty if there are none."""
    if tally.applied <= rows <= tally.applied + tally.unknown + tally.later:
        return []
    kind = "LOST" if rows < tally.applied else "DOUBLED"
    return [f"{kind}: {rows} {what}, but {tally.applied} answers said applied"
            + (f" and {tally.unknown + tally.later} were left open" if tally.unknown + tally.later else "")]


def ask(postgres, database, questions, tally):
    """The violations as sentences, and the number of rows."""
    found = {what: int(postgres.value(sql, database)) for what, sql in questions.items()}
    rows = found.pop("rows")
    return [f"{count} {what}" for what, count in found.items() if count != 0] + against(tally, rows), rows


def check_ledger(postgres, database, tally):
    return ask(postgres, database, QUESTIONS, tally)
