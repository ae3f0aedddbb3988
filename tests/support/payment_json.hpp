// The events of a payment's history as Stripe would send them: JSON in the shapes of several API versions.
#pragma once

#include "payment_history.hpp"

#include <random>
#include <string>
#include <string_view>
#include <variant>

namespace tokenledger::test {

// How the same event may be written.
struct json_shape {
    std::string metadata = R"({"user_id":"user_1","token_pack":"starter"})"; // the payment's, raw JSON
    std::string api_version = "2020-08-27";
    bool livemode = true;
    bool expanded_intent = false;       // payment_intent is the object, not its id
    bool intent_by_charge = false;      // of a dispute or refund: null, but the charge is expanded
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
        const std::string object = std::visit([&](const auto& of) { return written(of); }, event.object);
        return R"({"id":)" + quoted(event_id) + R"(,"object":"event","api_version":)" +
               quoted(shape_.api_version) + R"(,"created":1700000000,"livemode":)" +
               (shape_.livemode ? "true" : "false") + R"(,"type":)" + quoted(event.type) +
               R"(,"data":{"object":)" + object + "}}";
    }

  private:
    static std::string quoted(std::string_view text) { return '"' + std::string{text} + '"'; }
    static std::string member(std::string_view name, const std::string& raw) {
        return "," + quoted(name) + ":" + raw;
    }
    static std::string member(std::string_view name, std::int64_t number) {
        return member(name, std::to_string(number));
    }
    static std::string opened(std::string_view object, std::string_view id) {
        return R"({"object":)" + quoted(object) + member("id", quoted(id));
    }

    std::string currency() const { return currency(history_.options.currency); }
    static std::string currency(const std::string& code) {
        return code.empty() ? "" : member("currency", quoted(code));
    }
    std::string intent_reference() const {
        const std::string id = quoted(history_.options.payment_intent_id);
        return member("payment_intent",
                      shape_.expanded_intent ? R"({"id":)" + id + R"(,"object":"payment_intent"})" : id);
    }
    // Of an object below the charge.
    std::string payment_reference() const {
        const std::string charge = quoted(history_.charge_id);
        if (!shape_.intent_by_charge)
            return member("charge", charge) + intent_reference();
        return member("charge", opened("charge", history_.charge_id) + intent_reference() + "}") +
               member("payment_intent", "null");
    }

    std::string written(const intent_object& intent) const {
        return opened("payment_intent", history_.options.payment_intent_id) +
               member("amount", intent.amount) + member("amount_received", intent.amount_received) +
               currency() + member("metadata", shape_.metadata) + "}";
    }
    std::string written(const refund_object& refund) const {
        std::string moved = refund.balance_transaction.empty() ? "null" : quoted(refund.balance_transaction);
        if (shape_.expanded_transactions && moved != "null")
            moved = opened("balance_transaction", refund.balance_transaction) +
                    member("amount", -refund.amount) + "}";
        return opened("refund", refund.id) + member("amount", refund.amount) + currency(refund.currency) +
               member("balance_transaction", moved) + payment_reference() + member("metadata", "{}") +
               member("status", quoted(refund.status)) + "}";
    }
    std::string written(const charge_object& charge) const {
        std::string text = opened("charge", history_.charge_id) + member("amount", charge.amount) +
                           member("amount_captured", charge.amount_captured) +
                           member("amount_refunded", charge.amount_refunded) + currency(charge.currency) +
                           intent_reference() + member("metadata", shape_.metadata);
        if (charge.refunds) {
            std::string list;
            for (const refund_object& each : *charge.refunds)
                list += (list.empty() ? "" : ",") + written(each);
            text += member("refunds", R"({"object":"list","data":[)" + list + R"(],"has_more":false})");
        } else if (shape_.null_refunds) {
            text += member("refunds", "null");
        }
        return text + "}";
    }
    std::string written(const dispute_object& dispute) const {
        std::string list;
        std::string last = "null";
        for (const balance_transaction_object& each : dispute.balance_transactions) {
            last = opened("balance_transaction", each.id) + member("amount", each.amount) +
                   currency(each.currency) + member("fee", 1500) + member("net", each.amount) + "}";
            list += (list.empty() ? "" : ",") + last;
        }
        return opened("dispute", dispute.id) + member("amount", dispute.amount) +
               member("currency", quoted(dispute.currency)) + member("status", quoted(dispute.status)) +
               (shape_.single_transaction ? member("balance_transaction", last) : "") +
               member("balance_transactions", "[" + list + "]") + payment_reference() +
               member("metadata", "{}") + member("evidence", R"({"amount":"none"})") + "}";
    }

    const payment_history& history_;
    const json_shape& shape_;
};

} // namespace tokenledger::test
