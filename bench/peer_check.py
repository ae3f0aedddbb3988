# Checks a peer's tables after a round.
from ledger_check import against, ask

QUESTIONS = {
    "rows": """
        SELECT count(*) FROM token_transactions""",
    "payments credited or refunded twice": """
        SELECT count(*) FROM (SELECT payment_intent_id FROM token_transactions
        GROUP BY payment_intent_id, type HAVING count(*) > 1) doubled""",
    "accounts whose balance is not the sum of their rows": """
        SELECT count(*) FROM accounts LEFT JOIN (SELECT user_id, sum(token_amount) AS total FROM token_transactions
        GROUP BY 1) added USING (user_id) WHERE accounts.balance IS DISTINCT FROM coalesce(added.total, 0)""",
    "rows without their event": """
        SELECT count(*) FROM token_transactions rows LEFT JOIN stripe_events events ON events.id = rows.event_id
        WHERE events.id IS NULL""",
    "rows that do not continue the row before": """
        SELECT count(*) FROM (SELECT balance_before, lag(balance_after, 1, 0::bigint) OVER
            (PARTITION BY user_id ORDER BY id) AS previous_balance FROM token_transactions) chain
        WHERE balance_before <> previous_balance""",
}


def check_ledger(postgres, database, tally):
    return ask(postgres, database, QUESTIONS, tally)


def check_mirror(postgres, database, tally):
    """The sync engine keeps one row per object, however many events it gets about it."""
    payments = int(postgres.value("SELECT count(*) FROM stripe.payment_intents", database))
    charges = int(postgres.value("SELECT count(*) FROM stripe.charges", database))
    rows = payments + charges
    if tally.repeated:
        return ([] if rows == 1 else [f"{rows} objects, but one was told of"]), rows
    return against(tally, rows, "objects mirrored"), rows
