// The events of a payment's history as Stripe would send them: JSON in the shapes of several API versions.
#pragma once

#include "payment_history.hpp"
#include "stripe_bodies.hpp"

#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tokenledger::test {

// Variants of the JSON of the same event.
struct json_shape {
    std::string metadata = R"({"user_id":"user_1","token_pack":"starter"})"; // the payment's, raw JSON
    bool expanded_intent = false;       // payment_intent is the object, not its id
    bool intent_by_charge = false;      // in a dispute or refund: null, but the charge is expanded
    bool expanded_transactions = false; // a refund's balance_transaction is the object, not its id
    bool single_transaction = false;    // a dispute's balance_transaction beside the array
    bool null_refunds = false;          // refunds that are not embedded are null, not absent
};

inline json_shape any_shape(std::mt19937_64& random) {
    const auto coin = [&] { return random() % 2 == 0; };
    json_shape shape;
    shape.expanded_intent = coin();
    shape.intent_by_charge = coin();
    shape.expanded_transactions = coin();
    shape.single_transaction = coin();
    shape.null_refunds = coin();
    return shape;
}

class payment_json {
  public:
    payment_json(const payment_history& history, const json_shape& shape)
        : history_(history),
          shape_(shape) {}

    [[nodiscard]] std::string body(const history_event& event, std::string_view event_id) const {
        const stripe::object about = std::visit([&](const auto& of) { return written(of); }, event.object);
        return stripe::event(event.type, about.text()).set("id", stripe::quoted(event_id)).text();
    }

  private:
    static stripe::object with_id(stripe::object made, std::string_view id) {
        return made.set("id", stripe::quoted(id));
    }
    static void tell_currency(stripe::object& of, const std::string& code) {
        code.empty() ? of.remove("currency") : of.set("currency", stripe::quoted(code));
    }
    std::string intent_reference() const {
        const std::string id = stripe::quoted(history_.options.payment_intent_id);
        return shape_.expanded_intent ? stripe::object{{"id", id}, {"object", R"("payment_intent")"}}.text()
                                      : id;
    }
    // The payment's id or object, in a refund or dispute.
    void tell_payment(stripe::object& of) const {
        const std::string charge = stripe::quoted(history_.charge_id);
        if (shape_.intent_by_charge) {
            const stripe::object expanded{
                {"object", R"("charge")"}, {"id", charge}, {"payment_intent", intent_reference()}};
            of.set("charge", expanded.text()).set("payment_intent", "null");
        } else {
            of.set("charge", charge).set("payment_intent", intent_reference());
        }
    }
    // The text of a JSON array.
    static std::string array_of(const std::vector<std::string>& texts) {
        std::string list;
        for (const std::string& each : texts)
            list += (list.empty() ? "" : ",") + each;
        return "[" + list + "]";
    }

    stripe::object written(const intent_object& intent) const {
        stripe::object made = with_id(stripe::payment_intent(), history_.options.payment_intent_id);
        made.set("amount", intent.amount).set("amount_received", intent.amount_received);
        tell_currency(made, history_.options.currency);
        return made.set("metadata", shape_.metadata);
    }
    stripe::object written(const refund_object& refund) const {
        const std::string& moved = refund.balance_transaction;
        stripe::object made = with_id(stripe::refund(), refund.id);
        made.set("amount", refund.amount).set("status", stripe::quoted(refund.status));
        if (moved.empty())
            made.set("balance_transaction", "null");
        else if (shape_.expanded_transactions)
            made.set("balance_transaction", stripe::balance_transaction(moved, -refund.amount).text());
        else
            made.set("balance_transaction", stripe::quoted(moved));
        tell_currency(made, refund.currency);
        tell_payment(made);
        return made;
    }
    stripe::object written(const charge_object& charge) const {
        stripe::object made = with_id(stripe::charge(), history_.charge_id);
        made.set("amount", charge.amount).set("amount_captured", charge.amount_captured);
        made.set("amount_refunded", charge.amount_refunded).set("payment_intent", intent_reference());
        tell_currency(made, charge.currency);
        if (charge.refunds) {
            std::vector<std::string> refunds;
            for (const refund_object& each : *charge.refunds)
                refunds.push_back(written(each).text());
            made.set("refunds", R"({"object":"list","data":)" + array_of(refunds) + R"(,"has_more":false})");
        } else if (shape_.null_refunds) {
            made.set("refunds", "null");
        }
        return made.set("metadata", shape_.metadata);
    }
    stripe::object written(const dispute_object& dispute) const {
        std::vector<std::string> moved;
        for (const balance_transaction_object& each : dispute.balance_transactions) {
            stripe::object transaction = stripe::balance_transaction(each.id, each.amount);
            tell_currency(transaction, each.currency);
            moved.push_back(transaction.text());
        }
        stripe::object made = with_id(stripe::dispute(), dispute.id);
        made.set("amount", dispute.amount).set("status", stripe::quoted(dispute.status));
        made.set("currency", stripe::quoted(dispute.currency)).set("balance_transactions", array_of(moved));
        if (shape_.single_transaction)
            made.set("balance_transaction", moved.empty() ? "null" : moved.back());
        tell_payment(made);
        return made;
    }

    const payment_history& history_;
    const json_shape& shape_;
};

} // namespace tokenledger::test
