// One charge.refunded as Stripe sends it: the whole of the purchase in event_template.hpp goes back. A Charge
// carries a copy of its payment's metadata; since API version 2022-11-15 it lists no refunds.
#pragma once

#include <string_view>

namespace tokenledger::bench {

inline constexpr std::string_view refund_template = R"json({
  "id": "evt_${refund_event:24}",
  "object": "event",
  "api_version": "2026-06-24.dahlia",
  "created": ${created:10},
  "data": {
    "object": {
      "id": "ch_${charge:24}",
      "object": "charge",
      "amount": 999,
      "amount_captured": 999,
      "amount_refunded": 999,
      "application": null,
      "application_fee": null,
      "application_fee_amount": null,
      "balance_transaction": "txn_${token:24}",
      "billing_details": {
        "address": {
          "city": null,
          "country": "US",
          "line1": null,
          "line2": null,
          "postal_code": "94103",
          "state": null
        },
        "email": "${letters:9}@example.com",
        "name": "${letters:5} ${letters:7}",
        "phone": null,
        "tax_id": null
      },
      "calculated_statement_descriptor": "TOKENS",
      "captured": true,
      "created": ${created:10},
      "currency": "usd",
      "customer": "cus_${customer:14}",
      "description": "Token pack: starter",
      "disputed": false,
      "failure_balance_transaction": null,
      "failure_code": null,
      "failure_message": null,
      "fraud_details": {},
      "livemode": true,
      "metadata": {
        "user_id": "${user:36}",
        "token_pack": "starter"
      },
      "on_behalf_of": null,
      "outcome": {
        "advice_code": null,
        "network_advice_code": null,
        "network_decline_code": null,
        "network_status": "approved_by_network",
        "reason": null,
        "risk_level": "normal",
        "seller_message": "Payment complete.",
        "type": "authorized"
      },
      "paid": true,
      "payment_intent": "pi_${payment:24}",
      "payment_method": "pm_${token:24}",
      "payment_method_details": {
        "card": {
          "amount_authorized": 999,
          "brand": "visa",
          "checks": {
            "address_line1_check": null,
            "address_postal_code_check": "pass",
            "cvc_check": "pass"
          },
          "country": "US",
          "exp_month": 11,
          "exp_year": 2030,
          "fingerprint": "${token:16}",
          "funding": "credit",
          "last4": "4242",
          "network": "visa",
          "three_d_secure": null,
          "wallet": null
        },
        "type": "card"
      },
      "presentment_details": null,
      "receipt_email": null,
      "receipt_number": null,
      "receipt_url": "https://pay.example.com/receipts/${token:40}",
      "refunded": true,
      "review": null,
      "shipping": null,
      "source_transfer": null,
      "statement_descriptor": null,
      "statement_descriptor_suffix": null,
      "status": "succeeded",
      "transfer_data": null,
      "transfer_group": null
    },
    "previous_attributes": {
      "amount_refunded": 0,
      "refunded": false
    }
  },
  "livemode": true,
  "pending_webhooks": 1,
  "request": {
    "id": "req_${token:14}",
    "idempotency_key": "${uuid:36}"
  },
  "type": "charge.refunded"
})json";

} // namespace tokenledger::bench
