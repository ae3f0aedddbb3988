# What must hold in the database after a round: every acknowledged purchase is there once, every balance adds up.

# Each line is one number; the ones after `purchases` count offenders.
QUESTIONS = {
    "purchases": """
        SELECT count(*) FROM tokenledger.token_transactions WHERE transaction_type = 'purchase'""",
    "rows that are no purchase": """
        SELECT count(*) FROM tokenledger.token_transactions WHERE transaction_type <> 'purchase'""",
    "payments credited twice": """
        SELECT count(*) FROM (SELECT stripe_payment_intent_id FROM tokenledger.token_transactions
        GROUP BY 1 HAVING count(*) > 1) doubled""",
    "purchases of another size than the pack": """
        SELECT count(*) FROM tokenledger.token_transactions
        WHERE token_amount <> 100000 OR amount_paid_cents <> 999""",
    "accounts whose balance is not the sum of their rows": """
        SELECT count(*) FROM tokenledger.token_accounts accounts
        FULL JOIN (SELECT user_id, sum(token_amount) AS total FROM tokenledger.token_transactions GROUP BY 1) added
        USING (user_id) WHERE accounts.balance IS DISTINCT FROM added.total""",
    "purchases without their event's evidence": """
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


def check_ledger(postgres, database, applied, unknown):
    """What is wrong, as sentences, and what was found. `applied`: 200 answers that said so; `unknown`: requests
    whose outcome the client cannot know (503, or a connection that broke)."""
    found = {what: int(postgres.value(sql, database)) for what, sql in QUESTIONS.items()}
    purchases = found.pop("purchases")
    wrong = [f"{count} {what}" for what, count in found.items() if count != 0]
    if not applied <= purchases <= applied + unknown:
        wrong.append(f"{purchases} purchases in the ledger, but {applied} answers said applied"
                     + (f" and {unknown} were left open" if unknown else ""))
    return wrong, purchases
