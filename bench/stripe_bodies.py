"""Event bodies as Stripe sends them, of several API versions, made from a seed: to train and to measure compression.

Only the shapes are Stripe's. Every id, name, amount and time is noise that follows from the seed.
"""

import hashlib
import json
import random
import string

VERSIONS = ("2019-12-03", "2020-08-27", "2022-11-15", "2023-10-16", "2024-06-20", "2024-09-30.acacia",
            "2025-03-31.basil", "2025-08-27.basil", "2026-02-25.clover", "2026-06-24.dahlia")
ALPHANUMERIC = string.ascii_letters + string.digits
BRANDS = ("visa", "mastercard", "amex", "discover")
CITIES = (("San Francisco", "CA", "US"), ("Austin", "TX", "US"), ("London", None, "GB"), ("Berlin", None, "DE"),
          ("Toronto", "ON", "CA"), ("Sydney", "NSW", "AU"), ("Paris", None, "FR"))


class Maker:
    """Makes one account's events: what an account always does the same way is drawn once."""

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
        return {"city": city, "country": country, "line1": f"{self.random.randrange(1, 999)} "
                f"{self.letters(8, string.ascii_lowercase).title()} St", "line2": None,
                "postal_code": self.letters(5, string.digits), "state": state}

    def card(self):
        country = self.random.choice(CITIES)[2]
        card = {"amount_authorized": self.amount(), "authorization_code": self.letters(6, string.digits),
                "brand": self.random.choice(BRANDS),
                "checks": {"address_line1_check": None, "address_postal_code_check": "pass", "cvc_check": "pass"},
                "country": country, "exp_month": self.random.randrange(1, 13),
                "exp_year": self.random.randrange(2026, 2035),
                "extended_authorization": {"status": "disabled"}, "fingerprint": self.letters(16),
                "funding": self.random.choice(("credit", "debit", "prepaid")),
                "incremental_authorization": {"status": "unavailable"}, "installments": None,
                "last4": self.letters(4, string.digits), "mandate": None,
                "multicapture": {"status": "unavailable"}, "network": "visa",
                "network_token": {"used": False}, "network_transaction_id": self.letters(15, string.digits),
                "overcapture": {"maximum_amount_capturable": self.amount(), "status": "unavailable"},
                "regulated_status": "unregulated", "three_d_secure": None, "wallet": None}
        if self.version < "2023":
            for key in ("extended_authorization", "incremental_authorization", "multicapture", "overcapture",
                        "regulated_status", "network_transaction_id", "authorization_code"):
                card.pop(key)
        return card

    def charge(self, payment, amount, currency, metadata, refunded=0):
        charge = {"id": self.id("ch"), "object": "charge", "amount": amount, "amount_captured": amount,
                  "amount_refunded": refunded, "application": None, "application_fee": None,
                  "application_fee_amount": None, "balance_transaction": self.id("txn"),
                  "billing_details": {"address": self.address(), "email": self.email(), "name": self.name(),
                                      "phone": None, "tax_id": None},
                  "calculated_statement_descriptor": "TOKENS", "captured": True, "created": self.time(),
                  "currency": currency, "customer": self.id("cus", 14), "description": None, "destination": None,
                  "dispute": None, "disputed": False, "failure_balance_transaction": None, "failure_code": None,
                  "failure_message": None, "fraud_details": {}, "invoice": None, "livemode": self.livemode,
                  "metadata": metadata, "on_behalf_of": None, "order": None,
                  "outcome": {"advice_code": None, "network_advice_code": None, "network_decline_code": None,
                              "network_status": "approved_by_network", "reason": None, "risk_level": "normal",
                              "risk_score": self.random.randrange(64), "seller_message": "Payment complete.",
                              "type": "authorized"},
                  "paid": True, "payment_intent": payment, "payment_method": self.id("pm"),
                  "payment_method_details": {"card": self.card(), "type": "card"}, "presentment_details": None,
                  "radar_options": {}, "receipt_email": self.random.choice((None, self.email())),
                  "receipt_number": None,
                  "receipt_url": f"https://pay.stripe.com/receipts/payment/{self.letters(90)}",
                  "refunded": refunded == amount, "review": None, "shipping": None, "source": None,
                  "source_transfer": None, "statement_descriptor": None, "statement_descriptor_suffix": None,
                  "status": "succeeded", "transfer_data": None, "transfer_group": None}
        if self.version < "2022-11-15":
            charge["refunds"] = {"object": "list", "data": [], "has_more": False, "total_count": 0,
                                 "url": f"/v1/charges/{charge['id']}/refunds"}
        if self.version >= "2025-03-31":
            charge.pop("invoice")
        return charge

    def payment_intent(self, status="succeeded"):
        payment, amount, currency, metadata = self.id("pi"), self.amount(), self.currency(), self.metadata()
        intent = {"id": payment, "object": "payment_intent", "amount": amount, "amount_capturable": 0,
                  "amount_details": {"tip": {}}, "amount_received": amount if status == "succeeded" else 0,
                  "application": None, "application_fee_amount": None, "automatic_payment_methods": None,
                  "canceled_at": None, "cancellation_reason": None, "capture_method": "automatic",
                  "client_secret": f"{payment}_secret_{self.letters(25)}", "confirmation_method": "automatic",
                  "created": self.time(), "currency": currency, "customer": self.id("cus", 14),
                  "description": self.random.choice((None, "Token pack: starter", "Tokens")), "invoice": None,
                  "last_payment_error": None, "latest_charge": self.id("ch"), "livemode": self.livemode,
                  "metadata": metadata, "next_action": None, "on_behalf_of": None, "payment_method": self.id("pm"),
                  "payment_method_configuration_details": None,
                  "payment_method_options": {"card": {"installments": None, "mandate_options": None,
                                                      "network": None, "request_three_d_secure": "automatic"}},
                  "payment_method_types": ["card"], "processing": None,
                  "receipt_email": self.random.choice((None, self.email())), "review": None,
                  "setup_future_usage": None, "shipping": None, "source": None, "statement_descriptor": None,
                  "statement_descriptor_suffix": None, "status": status, "transfer_data": None,
                  "transfer_group": None}
        if status == "canceled":
            intent |= {"canceled_at": self.time(), "latest_charge": None, "payment_method": None,
                       "cancellation_reason": self.random.choice((None, "abandoned", "requested_by_customer"))}
        if self.version < "2022-11-15":
            intent.pop("latest_charge")
            charges = [self.charge(payment, amount, currency, metadata)] if status == "succeeded" else []
            intent["charges"] = {"object": "list", "data": charges, "has_more": False, "total_count": len(charges),
                                 "url": f"/v1/charges?payment_intent={payment}"}
        if self.checkout and self.version >= "2022":
            intent |= {"capture_method": "automatic_async", "payment_method_types": ["card", "link"],
                       "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
                       "payment_method_configuration_details": {"id": f"pmc_1{self.letters(5)}{self.account}",
                                                                "parent": None}}
            intent["payment_method_options"]["link"] = {"persistent_token": None}
        if self.random.random() < 0.3:
            intent["shipping"] = {"address": self.address(), "carrier": None, "name": self.name(), "phone": None,
                                  "tracking_number": None}
        if self.version >= "2025-03-31":
            intent.pop("invoice")
        if self.version >= "2025-08":
            intent |= {"customer_account": None, "excluded_payment_method_types": None}
        if self.version >= "2026":
            intent |= {"hooks": {}, "managed_payments": {"enabled": False}, "shared_payment_granted_token": None}
        return dict(sorted(intent.items(), key=lambda item: (item[0] not in ("id", "object"), item[0])))

    def refund(self):
        return {"id": self.id("re"), "object": "refund", "amount": self.amount(),
                "balance_transaction": self.id("txn"), "charge": self.id("ch"), "created": self.time(),
                "currency": self.currency(),
                "destination_details": {"card": {"reference": self.letters(16, string.digits),
                                                 "reference_status": "available",
                                                 "reference_type": "acquirer_reference_number", "type": "refund"},
                                        "type": "card"},
                "metadata": {}, "payment_intent": self.id("pi"),
                "reason": self.random.choice((None, "requested_by_customer", "duplicate", "fraudulent")),
                "receipt_number": None, "source_transfer_reversal": None,
                "status": self.random.choice(("succeeded", "succeeded", "pending", "failed")),
                "transfer_reversal": None}

    def dispute(self):
        charge, amount, currency = self.id("ch"), self.amount(), self.currency()
        return {"id": self.id("du"), "object": "dispute", "amount": amount,
                "balance_transactions": [
                    {"id": self.id("txn"), "object": "balance_transaction", "amount": -amount,
                     "available_on": self.time(), "created": self.time(), "currency": currency,
                     "description": f"Chargeback withdrawal for {charge}", "exchange_rate": None, "fee": 1500,
                     "fee_details": [{"amount": 1500, "application": None, "currency": currency,
                                      "description": "Dispute fee", "type": "stripe_fee"}],
                     "net": -amount - 1500, "reporting_category": "dispute", "source": self.id("du"),
                     "status": "pending", "type": "adjustment"}],
                "charge": charge, "created": self.time(), "currency": currency, "enhanced_eligibility_types": [],
                "evidence": {key: None for key in (
                    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
                    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
                    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation",
                    "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt",
                    "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date",
                    "service_documentation", "shipping_address", "shipping_carrier", "shipping_date",
                    "shipping_documentation", "shipping_tracking_number", "uncategorized_file",
                    "uncategorized_text")},
                "evidence_details": {"due_by": self.time(), "has_evidence": False, "past_due": False,
                                     "submission_count": 0},
                "is_charge_refundable": False, "livemode": self.livemode, "metadata": {},
                "payment_intent": self.id("pi"),
                "payment_method_details": {"card": {"brand": self.random.choice(BRANDS), "case_type": "chargeback",
                                                    "network_reason_code": self.letters(4, string.digits)},
                                           "type": "card"},
                "reason": self.random.choice(("fraudulent", "general", "product_not_received")),
                "status": self.random.choice(("needs_response", "under_review", "lost", "won"))}

    def event(self):
        """A body and its type: mostly purchases, as an account that sells has them."""
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
        return kind, {
            "id": self.id("evt"), "object": "event", "api_version": self.version, "created": self.time(),
            "data": {"object": body}, "livemode": self.livemode, "pending_webhooks": self.random.randrange(1, 3),
            "request": {"id": self.random.choice((None, self.id("req", 14))),
                        "idempotency_key": self.random.choice((None, self.uuid()))},
            "type": kind}


def evidence(seed, accounts, events_per_account):
    """(type, signature header, LF and body as bytes), one event after another."""
    for number in range(accounts):
        maker = Maker(f"{seed} {number}")
        for _ in range(events_per_account):
            kind, event = maker.event()
            body = json.dumps(event, indent=2, ensure_ascii=False).encode()
            header = f"t={event['created']},v1={hashlib.sha256(body).hexdigest()}"
            yield kind, header.encode() + b"\n" + body
