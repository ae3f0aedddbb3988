"""A body for each write of the admin API, and bodies that are refused."""

GRANT = {"user_id": "user_1", "tokens": 10}
DEDUCTION = {"user_id": "user_1", "tokens": 3, "reason": "because"}
TRANSFER = {"from": "user_1", "to": "user_2", "tokens": 4}
USAGE = {"request_id": "req_1", "user_id": "user_1", "action_type": "chat_conversation", "model_used": "a-model",
         "tokens_used": 321, "input_tokens": 300, "output_tokens": 21, "cost_estimate": "0.0123456789", "charge": 5}
BATCH = {"items": [{"operation": "grant", **GRANT}, {"operation": "deduction", **DEDUCTION},
                   {"operation": "transfer", **TRANSFER}, {"operation": "usage", **USAGE}]}

# By call: a body that succeeds on balances of 100 and 50, and the rows that it adds.
WRITES = {
    "/v1/grants": (GRANT, [("user_1", "grant", "admin", 10, 110)]),
    "/v1/deductions": (DEDUCTION, [("user_1", "deduction", "admin", -3, 97)]),
    "/v1/transfers": (TRANSFER, [("user_1", "transfer", "admin", -4, 96), ("user_2", "transfer", "admin", 4, 54)]),
    "/v1/usage": (USAGE, [("user_1", "deduction", "usage", -5, 95)]),
    "/v1/batch": (BATCH, [("user_1", "grant", "admin", 10, 110), ("user_1", "deduction", "admin", -3, 107),
                          ("user_1", "transfer", "admin", -4, 103), ("user_2", "transfer", "admin", 4, 54),
                          ("user_1", "deduction", "usage", -5, 98)]),
}
UNKNOWN_USER = {
    "/v1/deductions": {**DEDUCTION, "user_id": "nobody"},
    "/v1/transfers": {**TRANSFER, "to": "nobody"},
    "/v1/usage": {**USAGE, "user_id": "nobody"},
    "/v1/batch": {"items": [{"operation": "deduction", "user_id": "nobody", "tokens": 1}]},
}
TOO_MUCH = {
    "/v1/deductions": {**DEDUCTION, "tokens": 101},
    "/v1/transfers": {**TRANSFER, "tokens": 101},
    "/v1/usage": {**USAGE, "charge": 101},
    "/v1/batch": {"items": [{"operation": "grant", **GRANT}, {"operation": "deduction", **DEDUCTION, "tokens": 111}]},
}
