"""The bodies of tools/stripe_bodies.py as accounts of several API versions get them, to train and measure compression.

Every id, name, amount and time is drawn from a seed, in the order of the calls: another order changes every body.
"""

import hashlib
import pathlib
import random
import string
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import stripe_bodies  # noqa: E402
from stripe_bodies import ABSENT  # noqa: E402

VERSIONS = ("2019-12-03", "2020-08-27", "2022-11-15", "2023-10-16", "2024-06-20", "2024-09-30.acacia",
            "2025-03-31.basil", "2025-08-27.basil", "2026-02-25.clover", "2026-06-24.dahlia")
ALPHANUMERIC = string.ascii_letters + string.digits
BRANDS = ("visa", "mastercard", "amex", "discover")
CITIES = (("San Francisco", "CA", "US"), ("Austin", "TX", "US"), ("London", None, "GB"), ("Berlin", None, "DE"),
          ("Toronto", "ON", "CA"), ("Sydney", "NSW", "AU"), ("Paris", None, "FR"))


class Maker:
    """Makes one account's events; what all of them have in common is drawn once."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.account = self.letters(11)
        self.version = self.random.choice(VERSIONS)
        self.livemode = self.random.random() < 0.8
        self.metadata_keys = self.random.choice((("user_id", "token_pack"), ("user_id", "pack", "quantity"),
                                                 ("userId", "tokenPack", "env"), ("user_id", "token_pack", "campaign")))
        self.checkout = self.random.random() < 0.6
        self.uuid_users = self.random.random() < 0.7

    def letters(self, count, alphabet=ALPHANUMERIC):
        return "".join(self.random.choice(alphabet) for _ in range(count))

    def id(self, prefix, length=24):
        noise = self.letters(length)
        return f"{prefix}_3{noise[:5]}{self.account}{noise[5:12]}" if length == 24 else f"{prefix}_{noise}"

    def uuid(self):
        noise = self.letters(32, "0123456789abcdef")
        return f"{noise[:8]}-{noise[8:12]}-4{noise[13:16]}-{noise[16:20]}-{noise[20:]}"

    def time(self):
        return self.random.randrange(1_700_000_000, 1_790_000_000)

    def amount(self):
        return self.random.choice((499, 999, 1999, 4999, 9900, self.random.randrange(100, 100_000)))

    def currency(self):
        return self.random.choice(("usd", "usd", "usd", "eur", "gbp", "jpy"))

    def name(self):
        return f"{self.letters(6, string.ascii_lowercase).title()} {self.letters(8, string.ascii_lowercase).title()}"

    def email(self):
        return f"{self.letters(9, string.ascii_lowercase)}@{self.random.choice(('example.com', 'example.org'))}"

    def metadata(self):
        values = {"quantity": str(self.random.randrange(1, 9)), "env": "production", "campaign": self.letters(12)}
        user = self.uuid() if self.uuid_users else f"user_{self.random.randrange(10**6)}"
        pack = self.random.choice(("starter", "pro", "studio", "pack_100k"))
        return {key: user if "user" in key else pack if "ack" in key else values[key]
                for key in self.metadata_keys}

    def address(self):
        city, state, country = self.random.choice(CITIES)
        return stripe_bodies.address(
            city=city, country=country, state=state,
            line1=f"{self.random.randrange(1, 999)} {self.letters(8, string.ascii_lowercase).title()} St",
            postal_code=self.letters(5, string.digits))

    def card(self):
        country = self.random.choice(CITIES)[2]
        more = {"amount_authorized": self.amount(), "authorization_code": self.letters(6, string.digits),
                "brand": self.random.choice(BRANDS), "country": country, "exp_month": self.random.randrange(1, 13),
                "exp_year": self.random.randrange(2026, 2035),
                "extended_authorization": {"status": "disabled"}, "fingerprint": self.letters(16),
                "funding": self.random.choice(("credit", "debit", "prepaid")),
                "incremental_authorization": {"status": "unavailable"}, "installments": None,
                "last4": self.letters(4, string.digits), "mandate": None,
                "multicapture": {"status": "unavailable"},
                "network_token": {"used": False}, "network_transaction_id": self.letters(15, string.digits),
                "overcapture": {"maximum_amount_capturable": self.amount(), "status": "unavailable"},
                "regulated_status": "unregulated"}
        if self.version < "2023":
            for key in ("extended_authorization", "incremental_authorization", "multicapture", "overcapture",
                        "regulated_status", "network_transaction_id", "authorization_code"):
                more.pop(key)
        return stripe_bodies.card(**more)

    def charge(self, payment, amount, currency, metadata, refunded=0):
        made = stripe_bodies.charge(
            id=self.id("ch"), amount=amount, amount_refunded=refunded, balance_transaction=self.id("txn"),
            billing_details={"address": self.address(), "email": self.email(), "name": self.name(),
                             "phone": None, "tax_id": None},
            created=self.time(), currency=currency, customer=self.id("cus", 14), destination=None, dispute=None,
            invoice=ABSENT if self.version >= "2025-03-31" else None, livemode=self.livemode, metadata=metadata,
            order=None, outcome={"advice_code": None, "network_advice_code": None, "network_decline_code": None,
                                 "network_status": "approved_by_network", "reason": None, "risk_level": "normal",
                                 "risk_score": self.random.randrange(64), "seller_message": "Payment complete.",
                                 "type": "authorized"},
            payment_intent=payment, payment_method=self.id("pm"),
            payment_method_details={"card": self.card(), "type": "card"}, radar_options={},
            receipt_email=self.random.choice((None, self.email())),
            receipt_url=f"https://pay.stripe.com/receipts/payment/{self.letters(90)}", source=None)
        if self.version < "2022-11-15":
            made["refunds"] = {"object": "list", "data": [], "has_more": False, "total_count": 0,
                               "url": f"/v1/charges/{made['id']}/refunds"}
        return made

    def payment_intent(self, status="succeeded"):
        payment, amount, currency, metadata = self.id("pi"), self.amount(), self.currency(), self.metadata()
        intent = {"id": payment, "amount": amount, "automatic_payment_methods": None, "capture_method": "automatic",
                  "client_secret": f"{payment}_secret_{self.letters(25)}", "created": self.time(),
                  "currency": currency, "customer": self.id("cus", 14),
                  "description": self.random.choice((None, "Token pack: starter", "Tokens")), "invoice": None,
                  "latest_charge": self.id("ch"), "livemode": self.livemode, "metadata": metadata,
                  "payment_method": self.id("pm"), "payment_method_configuration_details": None,
                  "payment_method_options": {"card": {"installments": None, "mandate_options": None,
                                                      "network": None, "request_three_d_secure": "automatic"}},
                  "payment_method_types": ["card"], "receipt_email": self.random.choice((None, self.email())),
                  "source": None}
        if status == "canceled":
            intent |= {"canceled_at": self.time(), "latest_charge": None, "payment_method": None,
                       "cancellation_reason": self.random.choice((None, "abandoned", "requested_by_customer"))}
        if self.version < "2022-11-15":
            charges = [self.charge(payment, amount, currency, metadata)] if status == "succeeded" else []
            intent |= {"latest_charge": ABSENT, "charges": {
                "object": "list", "data": charges, "has_more": False, "total_count": len(charges),
                "url": f"/v1/charges?payment_intent={payment}"}}
        if self.checkout and self.version >= "2022":
            intent |= {"capture_method": "automatic_async", "payment_method_types": ["card", "link"],
                       "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
                       "payment_method_configuration_details": {"id": f"pmc_1{self.letters(5)}{self.account}",
                                                                "parent": None}}
            intent["payment_method_options"]["link"] = {"persistent_token": None}
        if self.random.random() < 0.3:
            intent["shipping"] = stripe_bodies.shipping(address=self.address(), name=self.name())
        if self.version >= "2025-03-31":
            intent.pop("invoice")
        if self.version >= "2025-08":
            intent |= {"customer_account": None, "excluded_payment_method_types": None}
        if self.version >= "2026":
            intent |= {"hooks": {}, "managed_payments": {"enabled": False}, "shared_payment_granted_token": None}
        return stripe_bodies.payment_intent(f"payment_intent.{status}", **intent)

    def refund(self):
        return stripe_bodies.refund(
            id=self.id("re"), amount=self.amount(), balance_transaction=self.id("txn"), charge=self.id("ch"),
            created=self.time(), currency=self.currency(),
            destination_details={"card": {"reference": self.letters(16, string.digits),
                                          "reference_status": "available",
                                          "reference_type": "acquirer_reference_number", "type": "refund"},
                                 "type": "card"},
            payment_intent=self.id("pi"),
            reason=self.random.choice((None, "requested_by_customer", "duplicate", "fraudulent")),
            status=self.random.choice(("succeeded", "succeeded", "pending", "failed")))

    def dispute(self):
        charge, amount, currency = self.id("ch"), self.amount(), self.currency()
        return stripe_bodies.dispute(
            id=self.id("du"), amount=amount, balance_transactions=[stripe_bodies.balance_transaction(
                -amount, id=self.id("txn"), available_on=self.time(), created=self.time(), currency=currency,
                description=f"Chargeback withdrawal for {charge}", exchange_rate=None,
                fee_details=[{"amount": 1500, "application": None, "currency": currency,
                              "description": "Dispute fee", "type": "stripe_fee"}],
                reporting_category="dispute", source=self.id("du"), status="pending", type="adjustment")],
            charge=charge, created=self.time(), currency=currency, enhanced_eligibility_types=[],
            evidence_details={"due_by": self.time(), "has_evidence": False, "past_due": False, "submission_count": 0},
            livemode=self.livemode, payment_intent=self.id("pi"),
            payment_method_details={"card": {"brand": self.random.choice(BRANDS), "case_type": "chargeback",
                                             "network_reason_code": self.letters(4, string.digits)}, "type": "card"},
            reason=self.random.choice(("fraudulent", "general", "product_not_received")),
            status=self.random.choice(("needs_response", "under_review", "lost", "won")))

    def event(self):
        """A type and a body; mostly purchases, as in an account that sells."""
        kind = self.random.choices(("payment_intent.succeeded", "payment_intent.canceled", "charge.refunded",
                                    "refund.created", "charge.refund.updated", "charge.dispute.created",
                                    "charge.dispute.closed"), (70, 3, 9, 9, 3, 3, 3))[0]
        if kind.startswith("payment_intent"):
            body = self.payment_intent(kind.split(".")[1])
        elif kind == "charge.refunded":
            amount = self.amount()
            body = self.charge(self.id("pi"), amount, self.currency(), self.metadata(),
                               self.random.choice((amount, amount // 2)))
        else:
            body = self.dispute() if "dispute" in kind else self.refund()
        return kind, stripe_bodies.event(
            kind, body, id=self.id("evt"), api_version=self.version, created=self.time(), livemode=self.livemode,
            pending_webhooks=self.random.randrange(1, 3),
            request={"id": self.random.choice((None, self.id("req", 14))),
                     "idempotency_key": self.random.choice((None, self.uuid()))})


def evidence(seed, accounts, events_per_account):
    """(type, signature header, LF and body as bytes), one event after another."""
    for number in range(accounts):
        maker = Maker(f"{seed} {number}")
        for _ in range(events_per_account):
            kind, event = maker.event()
            body = stripe_bodies.dump(event)
            header = f"t={event['created']},v1={hashlib.sha256(body).hexdigest()}"
            yield kind, header.encode() + b"\n" + body
