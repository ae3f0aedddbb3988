"""The events that the system tests post: bodies of tools/stripe_bodies.py with the values of a test, signed."""

import hashlib
import hmac
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from stripe_bodies import (PAYMENT_INTENT_STATUS, balance_transaction, charge, dispute, dump, event,  # noqa: E402,F401
                           new_id, ours, payment_intent, refund, thin_event)

SECRET = "whsec_test_0123456789abcdefghij"


def payment_event(type_="payment_intent.succeeded", *, event_id=None, event_changes=None, **intent):
    """An event of one of the eight PaymentIntent types."""
    return event(type_, payment_intent(type_, **intent),
                 **{**({"id": event_id} if event_id else {}), **(event_changes or {})})


def purchase(user_id=None, **rest):
    """A succeeded payment of one starter pack, unless `rest` says otherwise."""
    rest.setdefault("metadata", ours(user_id))
    return payment_event(**rest)


def charge_event(type_="charge.refunded", *, payment_intent_id, **changes):
    return event(type_, charge(payment_intent=payment_intent_id, metadata=ours(), **changes))


def refund_event(type_="refund.created", *, payment_intent_id, **changes):
    return event(type_, refund(payment_intent=payment_intent_id, **changes))


def dispute_event(type_="charge.dispute.funds_withdrawn", *, payment_intent_id, **changes):
    return event(type_, dispute(payment_intent=payment_intent_id, **changes))


def intent_id_of(built):
    return built["data"]["object"]["id"]


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
