"""Builds Stripe's objects and events as Stripe sends them: the only place in Python. No body is copied from a real one.

Each builder makes a valid body. Keyword arguments replace its members or add some; ABSENT leaves one out.
"""

import itertools
import json
import os
import time

API_VERSION = "2025-03-31.basil"
ABSENT = object()

PAYMENT_INTENT_STATUS = {
    "payment_intent.created": "requires_payment_method",
    "payment_intent.processing": "processing",
    "payment_intent.requires_action": "requires_action",
    "payment_intent.amount_capturable_updated": "requires_capture",
    "payment_intent.partially_funded": "requires_action",
    "payment_intent.payment_failed": "requires_payment_method",
    "payment_intent.canceled": "canceled",
    "payment_intent.succeeded": "succeeded",
}
# The members of a dispute's evidence.
EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation",
    "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt",
    "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date",
    "service_documentation", "shipping_address", "shipping_carrier", "shipping_date",
    "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text")

_run = os.urandom(5).hex()
_numbers = itertools.count(1)


def new_id(prefix):
    """An id that is unique in this run and among all runs: evt_3TlDn0f3a9c2b7e000000001."""
    return f"{prefix}_3TlDn{_run}{next(_numbers):09d}"


def now():
    return int(time.time())


def ours(user_id=None, pack="starter", **more):
    """The metadata of a payment that is ours."""
    return {"user_id": user_id or new_id("user"), "token_pack": pack, **more}


def _made(members, changes):
    """The members in Stripe's order: id, object, and the rest alphabetically."""
    held = {name: value for name, value in {**members, **changes}.items() if value is not ABSENT}
    return dict(sorted(held.items(), key=lambda member: (member[0] not in ("id", "object"), member[0])))


def payment_intent(type_="payment_intent.succeeded", **changes):
    """A PaymentIntent as an event of that type carries it."""
    status = changes.get("status", PAYMENT_INTENT_STATUS[type_])
    id_ = changes.get("id") or new_id("pi")
    amount = changes.get("amount", 999)
    failed = type_ == "payment_intent.payment_failed"
    return _made({
        "id": id_,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": amount if status == "requires_capture" else 0,
        "amount_details": {"tip": {}},
        "amount_received": amount if status == "succeeded" else 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": now() if status == "canceled" else None,
        "cancellation_reason": "abandoned" if status == "canceled" else None,
        "capture_method": "manual" if status == "requires_capture" else "automatic_async",
        "client_secret": f"{id_}_secret_not_a_real_one",
        "confirmation_method": "automatic",
        "created": now() - 7,
        "currency": "usd",
        "customer": new_id("cus"),
        "description": "Tokens — Zoë, 東京",
        "last_payment_error": {
            "charge": new_id("ch"), "code": "card_declined", "decline_code": "insufficient_funds",
            "message": "Your card has insufficient funds.", "type": "card_error",
        } if failed else None,
        "latest_charge": new_id("ch") if status == "succeeded" or failed else None,
        "livemode": True,
        "metadata": {},
        "next_action": {"type": "use_stripe_sdk"} if status == "requires_action" else None,
        "on_behalf_of": None,
        "payment_method": None if failed else new_id("pm"),
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card", "link"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }, changes)


def address(**changes):
    return _made({"city": None, "country": "US", "line1": None, "line2": None, "postal_code": "94103", "state": None},
                 changes)


def shipping(**changes):
    return _made({"address": address(), "carrier": None, "name": "Zoë", "phone": None, "tracking_number": None},
                 changes)


def card(**changes):
    return _made({
        "amount_authorized": 999, "brand": "visa",
        "checks": {"address_line1_check": None, "address_postal_code_check": "pass", "cvc_check": "pass"},
        "country": "US", "exp_month": 11, "exp_year": 2030, "fingerprint": "0123456789abcdef", "funding": "credit",
        "last4": "4242", "network": "visa", "three_d_secure": None, "wallet": None}, changes)


def charge(**changes):
    """A paid Charge, refunded by `amount_refunded`."""
    amount = changes.get("amount", 999)
    refunded = changes.get("amount_refunded", 0)
    return _made({
        "id": new_id("ch"),
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": refunded,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": new_id("txn"),
        "billing_details": {"address": address(), "email": None, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "TOKENS",
        "captured": True,
        "created": now(),
        "currency": "usd",
        "customer": new_id("cus"),
        "description": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": True,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": {"advice_code": None, "network_advice_code": None, "network_decline_code": None,
                    "network_status": "approved_by_network", "reason": None, "risk_level": "normal",
                    "seller_message": "Payment complete.", "type": "authorized"},
        "paid": True,
        "payment_intent": new_id("pi"),
        "payment_method": new_id("pm"),
        "payment_method_details": {"card": card(), "type": "card"},
        "presentment_details": None,
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": "https://pay.example.com/receipts/0",
        "refunded": refunded == amount,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }, changes)


def refund(**changes):
    return _made({
        "id": new_id("re"),
        "object": "refund",
        "amount": 999,
        "balance_transaction": new_id("txn"),
        "charge": new_id("ch"),
        "created": now(),
        "currency": "usd",
        "metadata": {},
        "payment_intent": new_id("pi"),
        "reason": "requested_by_customer",
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }, changes)


def balance_transaction(amount, **changes):
    """A movement of a dispute: negative if the bank took the money."""
    return _made({"id": new_id("txn"), "object": "balance_transaction", "amount": amount, "currency": "usd",
                  "fee": 1500, "net": amount - 1500}, changes)


def dispute(**changes):
    return _made({
        "id": new_id("du"),
        "object": "dispute",
        "amount": 999,
        "balance_transactions": [],
        "charge": new_id("ch"),
        "created": now(),
        "currency": "usd",
        "evidence": dict.fromkeys(EVIDENCE),
        "evidence_details": {"due_by": now() + 604_800, "has_evidence": False, "past_due": False,
                             "submission_count": 0},
        "is_charge_refundable": False,
        "livemode": True,
        "metadata": {},
        "payment_intent": new_id("pi"),
        "reason": "fraudulent",
        "status": "needs_response",
    }, changes)


def event(type_, about, **changes):
    """The envelope around an object, with the object's livemode."""
    return _made({
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": now(),
        "data": {"object": about},
        "livemode": about.get("livemode", True),
        "pending_webhooks": 1,
        "request": {"id": new_id("req"), "idempotency_key": new_id("key")},
        "type": type_,
    }, changes)


def thin_event(type_, **changes):
    return _made({
        "id": new_id("evt"), "object": "v2.core.event", "created": "2026-01-02T03:04:05.678Z", "livemode": True,
        "reason": None, "type": type_,
        "related_object": {"id": new_id("pi"), "type": "payment_intent", "url": "/v1/payment_intents"},
    }, changes)


def dump(built):
    """Bytes as Stripe sends them: pretty-printed, raw UTF-8."""
    return json.dumps(built, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass")
