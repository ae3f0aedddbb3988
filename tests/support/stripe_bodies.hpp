// Stripe's objects and events as JSON: the only place in C++ that builds them. Each has the members that the
// program reads, with valid values; a test sets those that it is about.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::test::stripe {

inline std::string quoted(std::string_view text) {
    return '"' + std::string{text} + '"';
}

// A JSON object whose members are raw JSON, so that a test can repeat a key or write what no encoder would.
class object {
  public:
    object() = default;
    object(std::initializer_list<std::pair<std::string, std::string>> members) : members_(members) {}

    object& set(std::string_view key, std::string value) {
        for (auto& [name, held] : members_) {
            if (name == key) {
                held = std::move(value);
                return *this;
            }
        }
        return add(key, std::move(value));
    }
    object& set(std::string_view key, std::int64_t number) { return set(key, std::to_string(number)); }
    object& add(std::string_view key, std::string value) {
        members_.emplace_back(key, std::move(value));
        return *this;
    }
    object& remove(std::string_view key) {
        std::erase_if(members_, [&](const auto& member) { return member.first == key; });
        return *this;
    }
    // `more`: the text of further members.
    [[nodiscard]] std::string text(std::string_view more = "") const {
        std::string out = "{";
        for (const auto& [name, value] : members_)
            out += (out.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
        if (!more.empty())
            out.append(out.size() > 1 ? "," : "").append(more);
        return out + "}";
    }

  private:
    std::vector<std::pair<std::string, std::string>> members_;
};

// The metadata of a payment that is ours.
inline object ours(std::string_view user = "user_1") {
    return {{"user_id", quoted(user)}, {"token_pack", R"("starter")"}};
}

inline object payment_intent() {
    return {{"id", R"("pi_1")"},
            {"object", R"("payment_intent")"},
            {"amount", "999"},
            {"amount_received", "999"},
            {"currency", R"("usd")"}};
}

inline object charge() {
    return {{"id", R"("ch_1")"},
            {"object", R"("charge")"},
            {"amount", "900"},
            {"amount_refunded", "300"},
            {"currency", R"("usd")"},
            {"payment_intent", R"("pi_1")"},
            {"metadata", R"({"token_pack":"starter"})"}};
}

inline object refund() {
    return {{"id", R"("re_1")"},
            {"object", R"("refund")"},
            {"amount", "300"},
            {"balance_transaction", R"("txn_1")"},
            {"charge", R"("ch_1")"},
            {"currency", R"("usd")"},
            {"metadata", R"({"order":"6735"})"},
            {"payment_intent", R"("pi_1")"},
            {"status", R"("succeeded")"}};
}

inline object dispute() {
    return {{"id", R"("dp_1")"},
            {"object", R"("dispute")"},
            {"amount", "900"},
            {"balance_transactions", "[]"},
            {"charge", R"("ch_1")"},
            {"currency", R"("usd")"},
            {"evidence", R"({"amount":1.5})"},
            {"metadata", "{}"},
            {"payment_intent", R"("pi_1")"},
            {"status", R"("needs_response")"}};
}

// Of a refund or a dispute.
inline object balance_transaction(std::string_view id, std::int64_t amount) {
    return {{"id", quoted(id)},
            {"object", R"("balance_transaction")"},
            {"amount", std::to_string(amount)},
            {"currency", R"("usd")"},
            {"fee", "1500"},
            {"net", std::to_string(amount)}};
}

// A live event of the endpoint's own account, without data.
inline object envelope(std::string_view type) {
    return {{"id", R"("evt_1")"},      {"object", R"("event")"}, {"api_version", R"("2025-03-31.basil")"},
            {"created", "1764000000"}, {"livemode", "true"},     {"type", quoted(type)}};
}

inline object event(std::string_view type, const std::string& about) {
    return envelope(type).add("data", R"({"object":)" + about + "}");
}

} // namespace tokenledger::test::stripe
