// One payment_intent.succeeded as Stripe sends it (API version 2026-06-24.dahlia, a purchase through
// Checkout).
// ${field:width} marks what differs from event to event; where a real body has noise, so has this one,
// because what is stored of it is compressed.
#pragma once

#include <string_view>

namespace tokenledger::bench {

inline constexpr std::string_view event_template = R"json({
  "id": "evt_${event:24}",
  "object": "event",
  "api_version": "2026-06-24.dahlia",
  "created": ${created:10},
  "data": {
    "object": {
      "id": "pi_${payment:24}",
      "object": "payment_intent",
      "amount": 999,
      "amount_capturable": 0,
      "amount_details": {
        "tip": {}
      },
      "amount_received": 999,
      "application": null,
      "application_fee_amount": null,
      "automatic_payment_methods": {
        "allow_redirects": "always",
        "enabled": true
      },
      "canceled_at": null,
      "cancellation_reason": null,
      "capture_method": "automatic_async",
      "client_secret": "pi_${payment:24}_secret_${token:25}",
      "confirmation_method": "automatic",
      "created": ${created:10},
      "currency": "usd",
      "customer": "cus_${customer:14}",
      "customer_account": null,
      "description": "Token pack: starter",
      "excluded_payment_method_types": null,
      "last_payment_error": null,
      "latest_charge": "ch_${charge:24}",
      "livemode": true,
      "managed_payments": {
        "enabled": false
      },
      "metadata": {
        "user_id": "${user:36}",
        "token_pack": "starter"
      },
      "next_action": null,
      "on_behalf_of": null,
      "payment_method": "pm_${token:24}",
      "payment_method_configuration_details": {
        "id": "pmc_1N2bQvQ8iJWBZFaMx3kT9wLd",
        "parent": null
      },
      "payment_method_options": {
        "card": {
          "installments": null,
          "mandate_options": null,
          "network": null,
          "request_three_d_secure": "automatic"
        },
        "link": {
          "persistent_token": null
        }
      },
      "payment_method_types": [
        "card",
        "link"
      ],
      "processing": null,
      "receipt_email": "${letters:9}@example.com",
      "review": null,
      "setup_future_usage": null,
      "shared_payment_granted_token": null,
      "shipping": {
        "address": {
          "city": "San Francisco",
          "country": "US",
          "line1": "510 ${letters:8} St",
          "line2": null,
          "postal_code": "94103",
          "state": "CA"
        },
        "carrier": null,
        "name": "${letters:5} ${letters:7}",
        "phone": null,
        "tracking_number": null
      },
      "source": null,
      "statement_descriptor": null,
      "statement_descriptor_suffix": null,
      "status": "succeeded",
      "transfer_data": null,
      "transfer_group": null
    }
  },
  "livemode": true,
  "pending_webhooks": 1,
  "request": {
    "id": "req_${token:14}",
    "idempotency_key": "${uuid:36}"
  },
  "type": "payment_intent.succeeded"
})json";

} // namespace tokenledger::bench
