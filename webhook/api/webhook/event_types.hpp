// Stripe's event types that mean something here: the one table of them. A new type is a name and a row.
// https://docs.stripe.com/api/events/types
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tokenledger::webhook {

// `other`, the last: every type that is not in the table. Such events are ignored, and counted.
enum class event_type : std::uint8_t {
    payment_intent_created,
    payment_intent_processing,
    payment_intent_requires_action,
    payment_intent_amount_capturable_updated,
    payment_intent_partially_funded,
    payment_intent_payment_failed,
    payment_intent_canceled,
    payment_intent_succeeded,
    charge_refunded,
    charge_refund_updated,
    refund_created,
    refund_updated,
    refund_failed,
    charge_dispute_created,
    charge_dispute_updated,
    charge_dispute_funds_withdrawn,
    charge_dispute_funds_reinstated,
    charge_dispute_closed,
    other,
};

// What data.object is.
enum class stripe_object : std::uint8_t { payment_intent, charge, refund, dispute };

enum class event_meaning : std::uint8_t {
    nothing,           // moves no tokens, and settles nothing
    payment,           // money came in: a purchase
    payment_ends,      // no money will come: no refund need wait for this payment
    refund_or_dispute, // money went back, or may
};

struct event_type_row {
    event_type type;
    std::string_view name; // Stripe's
    stripe_object object;
    event_meaning meaning;
};

// In the order of the enumeration.
inline constexpr auto event_types = [] {
    using enum stripe_object;
    using enum event_meaning;
    using enum event_type;
    return std::to_array<event_type_row>({
        {payment_intent_created, "payment_intent.created", payment_intent, nothing},
        {payment_intent_processing, "payment_intent.processing", payment_intent, nothing},
        {payment_intent_requires_action, "payment_intent.requires_action", payment_intent, nothing},
        {payment_intent_amount_capturable_updated, "payment_intent.amount_capturable_updated", payment_intent,
         nothing},
        {payment_intent_partially_funded, "payment_intent.partially_funded", payment_intent, nothing},
        // May still succeed under the same id.
        {payment_intent_payment_failed, "payment_intent.payment_failed", payment_intent, nothing},
        {payment_intent_canceled, "payment_intent.canceled", payment_intent, payment_ends},
        {payment_intent_succeeded, "payment_intent.succeeded", payment_intent, payment},
        {charge_refunded, "charge.refunded", charge, refund_or_dispute},
        // Carries a Refund, in spite of its name.
        {charge_refund_updated, "charge.refund.updated", refund, refund_or_dispute},
        {refund_created, "refund.created", refund, refund_or_dispute},
        {refund_updated, "refund.updated", refund, refund_or_dispute},
        {refund_failed, "refund.failed", refund, refund_or_dispute},
        {charge_dispute_created, "charge.dispute.created", dispute, refund_or_dispute},
        {charge_dispute_updated, "charge.dispute.updated", dispute, refund_or_dispute},
        {charge_dispute_funds_withdrawn, "charge.dispute.funds_withdrawn", dispute, refund_or_dispute},
        {charge_dispute_funds_reinstated, "charge.dispute.funds_reinstated", dispute, refund_or_dispute},
        {charge_dispute_closed, "charge.dispute.closed", dispute, refund_or_dispute},
    });
}();

static_assert(
    [] {
        for (std::size_t i = 0; i < event_types.size(); ++i) {
            if (static_cast<std::size_t>(event_types[i].type) != i)
                return false;
        }
        return event_types.size() == static_cast<std::size_t>(event_type::other);
    }(),
    "every event type but `other` has its row, in the order of the enumeration");

// nullptr: other.
[[nodiscard]] constexpr const event_type_row* find_row(event_type type) noexcept {
    return type == event_type::other ? nullptr : &event_types[static_cast<std::size_t>(type)];
}
[[nodiscard]] constexpr event_meaning meaning_of(event_type type) noexcept {
    const event_type_row* const row = find_row(type);
    return row != nullptr ? row->meaning : event_meaning::nothing;
}
[[nodiscard]] constexpr event_type event_type_of(std::string_view name) noexcept {
    for (const event_type_row& row : event_types) {
        if (row.name == name)
            return row.type;
    }
    return event_type::other;
}
// Stripe's name; "other" for other. The label of the metric.
[[nodiscard]] constexpr std::string_view to_string(event_type type) noexcept {
    const event_type_row* const row = find_row(type);
    return row != nullptr ? row->name : "other";
}
// The `object` member of such an object.
[[nodiscard]] constexpr std::string_view to_string(stripe_object object) noexcept {
    switch (object) {
    case stripe_object::payment_intent:
        return "payment_intent";
    case stripe_object::charge:
        return "charge";
    case stripe_object::refund:
        return "refund";
    case stripe_object::dispute:
        return "dispute";
    }
    return "";
}

} // namespace tokenledger::webhook
