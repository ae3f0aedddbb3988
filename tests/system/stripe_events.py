"""Stripe events as Stripe would send them: built here, pretty-printed, and signed.

The shapes follow Stripe's documentation; no body is a copy of anybody's.
"""

import hashlib
import hmac
import itertools
import json
import os
import time

API_VERSION = "2025-03-31.basil"
SECRET = "whsec_test_0123456789abcdefghij"

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

_run = os.urandom(5).hex()
_numbers = itertools.count(1)


def new_id(prefix):
    """An id that nothing else in this run or any other has: evt_3TlDn0f3a9c2b7e000000001."""
    return f"{prefix}_3TlDn{_run}{next(_numbers):09d}"


def ours(user_id=None, pack="starter", **more):
    """The metadata of a payment that is ours."""
    return {"user_id": user_id or new_id("user"), "token_pack": pack, **more}


def payment_intent(type_="payment_intent.succeeded", *, intent_id=None, amount=999,
                   amount_received=None, currency="usd", metadata=None, livemode=True, **changes):
    status = PAYMENT_INTENT_STATUS[type_]
    intent_id = intent_id or new_id("pi")
    if amount_received is None:
        amount_received = amount if status == "succeeded" else 0
    failed = type_ == "payment_intent.payment_failed"
    built = {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": amount if status == "requires_capture" else 0,
        "amount_details": {"tip": {}},
        "amount_received": amount_received,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": int(time.time()) if status == "canceled" else None,
        "cancellation_reason": "abandoned" if status == "canceled" else None,
        "capture_method": "manual" if status == "requires_capture" else "automatic_async",
        "client_secret": intent_id + "_secret_not_a_real_one",
        "confirmation_method": "automatic",
        "created": int(time.time()) - 7,
        "currency": currency,
        "customer": new_id("cus"),
        "description": "Tokens — Zoë, 東京",
        "last_payment_error": {
            "charge": new_id("ch"), "code": "card_declined", "decline_code": "insufficient_funds",
            "message": "Your card has insufficient funds.", "type": "card_error",
        } if failed else None,
        "latest_charge": new_id("ch") if status == "succeeded" or failed else None,
        "livemode": livemode,
        "metadata": {} if metadata is None else metadata,
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
    }
    built.update(changes)
    return built


def event(type_, data_object, *, event_id=None, livemode=True, **changes):
    built = {
        "id": event_id or new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": int(time.time()),
        "data": {"object": data_object},
        "livemode": livemode,
        "pending_webhooks": 1,
        "request": {"id": new_id("req"), "idempotency_key": new_id("key")},
        "type": type_,
    }
    built.update(changes)
    return built


def payment_event(type_="payment_intent.succeeded", *, event_id=None, livemode=True,
                  event_changes=None, **intent):
    """An event of one of the eight PaymentIntent types."""
    return event(type_, payment_intent(type_, livemode=livemode, **intent), event_id=event_id,
                 livemode=livemode, **(event_changes or {}))


def purchase(user_id=None, **rest):
    """A succeeded payment of one starter pack, unless `rest` says otherwise."""
    rest.setdefault("metadata", ours(user_id))
    return payment_event(**rest)


def charge_event(type_="charge.refunded", *, payment_intent_id, amount=999, amount_refunded=0):
    return event(type_, {
        "id": new_id("ch"), "object": "charge", "amount": amount, "amount_captured": amount,
        "amount_refunded": amount_refunded, "currency": "usd", "captured": True, "livemode": True,
        "metadata": ours(), "paid": True, "payment_intent": payment_intent_id,
        "refunded": amount_refunded == amount, "status": "succeeded",
    })


def refund_event(type_="refund.created", *, payment_intent_id, amount=999):
    return event(type_, {
        "id": new_id("re"), "object": "refund", "amount": amount, "charge": new_id("ch"),
        "currency": "usd", "metadata": {}, "payment_intent": payment_intent_id,
        "reason": "requested_by_customer", "status": "succeeded",
    })


def dispute_event(type_="charge.dispute.funds_withdrawn", *, payment_intent_id, amount=999):
    return event(type_, {
        "id": new_id("du"), "object": "dispute", "amount": amount, "balance_transactions": [],
        "charge": new_id("ch"), "currency": "usd", "livemode": True, "metadata": {},
        "payment_intent": payment_intent_id, "reason": "fraudulent", "status": "needs_response",
    })


def thin_event(type_, *, livemode=True):
    return {
        "id": new_id("evt"), "object": "v2.core.event", "type": type_, "livemode": livemode,
        "created": "2026-01-02T03:04:05.678Z", "reason": None,
        "related_object": {"id": new_id("pi"), "type": "payment_intent", "url": "/v1/payment_intents"},
    }


def intent_id_of(built):
    return built["data"]["object"]["id"]


def dump(built):
    """Bytes as Stripe sends them: pretty-printed, raw UTF-8."""
    return json.dumps(built, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass")


def padded(built, size):
    """The same event, `size` bytes long, by the length of its description."""
    intent = built["data"]["object"]
    intent["description"] = ""
    intent["description"] = "x" * (size - len(dump(built)))
    body = dump(built)
    assert len(body) == size
    return body


def signature(body, secret=SECRET, timestamp=None):
    """One v1 value: HMAC-SHA256 over `t.body`, keyed with the whole secret."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def signed_header(body, *secrets, timestamp=None):
    """The Stripe-Signature field: one v1 per secret."""
    timestamp = int(time.time()) if timestamp is None else timestamp
    values = [f"v1={signature(body, secret, timestamp)}" for secret in secrets or (SECRET,)]
    return ",".join([f"t={timestamp}", *values, "v0=" + "0" * 64])
