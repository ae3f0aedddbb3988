#!/usr/bin/env python3
"""The load's two events as Stripe sends them, a purchase through Checkout and its full refund, built with
tools/stripe_bodies.py. Prints them as a C++ header.

${field:width} marks a field that differs between events. The bodies have noise where real ones have it, because the
ledger stores them compressed.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import stripe_bodies  # noqa: E402

PAYMENT, CHARGE, CUSTOMER, CREATED = "pi_${payment:24}", "ch_${charge:24}", "cus_${customer:14}", "${created:10}"
METADATA = stripe_bodies.ours("${user:36}")
EMAIL, NAME = "${letters:9}@example.com", "${letters:5} ${letters:7}"


def template(type_, id_, about, **data):
    made = stripe_bodies.dump(stripe_bodies.event(
        type_, about, id=id_, api_version="2026-06-24.dahlia", created=CREATED, data={"object": about, **data},
        request={"id": "req_${token:14}", "idempotency_key": "${uuid:36}"})).decode()
    return made.replace(f'"{CREATED}"', CREATED)  # a number


def purchase():
    return template("payment_intent.succeeded", "evt_${event:24}", stripe_bodies.payment_intent(
        id=PAYMENT, client_secret=PAYMENT + "_secret_${token:25}", created=CREATED, customer=CUSTOMER,
        customer_account=None, description="Token pack: starter", excluded_payment_method_types=None,
        latest_charge=CHARGE, managed_payments={"enabled": False}, metadata=METADATA, payment_method="pm_${token:24}",
        payment_method_configuration_details={"id": "pmc_1N2bQvQ8iJWBZFaMx3kT9wLd", "parent": None},
        payment_method_options={
            "card": {"installments": None, "mandate_options": None, "network": None,
                     "request_three_d_secure": "automatic"},
            "link": {"persistent_token": None}},
        receipt_email=EMAIL, shared_payment_granted_token=None, source=None, shipping=stripe_bodies.shipping(
            name=NAME, address=stripe_bodies.address(city="San Francisco", line1="510 ${letters:8} St", state="CA"))))


def refund():
    """A Charge carries a copy of its payment's metadata; since API version 2022-11-15 it lists no refunds."""
    return template("charge.refunded", "evt_${refund_event:24}", stripe_bodies.charge(
        id=CHARGE, amount_refunded=999, balance_transaction="txn_${token:24}", created=CREATED, customer=CUSTOMER,
        billing_details={"address": stripe_bodies.address(), "email": EMAIL, "name": NAME, "phone": None,
                         "tax_id": None},
        description="Token pack: starter", metadata=METADATA, payment_intent=PAYMENT, payment_method="pm_${token:24}",
        payment_method_details={"card": stripe_bodies.card(fingerprint="${token:16}"), "type": "card"},
        receipt_url="https://pay.example.com/receipts/${token:40}"),
                    previous_attributes={"amount_refunded": 0, "refunded": False})


def filled(text, fill):
    """The template with `fill(field, width)` for each mark."""
    return re.sub(r"\$\{(\w+):(\d+)\}", lambda mark: fill(mark.group(1), int(mark.group(2))), text)


def main():
    print(f"""// The load's events: bench/event_templates.py makes this file.
#pragma once

#include <string_view>

namespace tokenledger::bench {{

inline constexpr std::string_view event_template = R"json({purchase()})json";
inline constexpr std::string_view refund_template = R"json({refund()})json";

}} // namespace tokenledger::bench""")


if __name__ == "__main__":
    main()
