// Builds bodies of events member by member, and finds the shared test data.
#pragma once

#include "files.hpp"
#include "webhook/catalog.hpp"
#include "webhook/translate.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::webhook::fixtures {

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
    object& add(std::string_view key, std::string value) {
        members_.emplace_back(key, std::move(value));
        return *this;
    }
    object& remove(std::string_view key) {
        std::erase_if(members_, [&](const auto& member) { return member.first == key; });
        return *this;
    }
    [[nodiscard]] std::string text() const {
        std::string out = "{";
        for (const auto& [name, value] : members_)
            out += (out.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
        return out + "}";
    }

  private:
    std::vector<std::pair<std::string, std::string>> members_;
};

// A succeeded payment of one pack "starter" for usd 999 by "user_1", live, of the endpoint's own account.
struct payment {
    object envelope{
        {"id", R"("evt_1")"},      {"object", R"("event")"}, {"api_version", R"("2025-03-31.basil")"},
        {"created", "1764000000"}, {"livemode", "true"},     {"type", R"("payment_intent.succeeded")"}};
    object intent{{"id", R"("pi_1")"},
                  {"object", R"("payment_intent")"},
                  {"amount", "999"},
                  {"amount_received", "999"},
                  {"currency", R"("usd")"}};
    object metadata{{"user_id", R"("user_1")"}, {"token_pack", R"("starter")"}};
    object data; // besides `object`
    bool with_metadata = true;

    [[nodiscard]] std::string body() const {
        object inner = intent;
        if (with_metadata)
            inner.add("metadata", metadata.text());
        object around = data;
        around.add("object", inner.text());
        object outer = envelope;
        return outer.add("data", around.text()).text();
    }
};

inline catalog prices() {
    catalog made;
    made.packs["starter"] = {
        .tokens = 100000,
        .prices = {{"usd", {.amount = 999, .minimum = 499}}, {"jpy", {.amount = 1500, .minimum = 1500}}}};
    made.packs["pro"] = {.tokens = 1000000, .prices = {{"usd", {.amount = 7999, .minimum = 7999}}}};
    return made;
}

inline endpoint_policy live_endpoint() {
    return {.path = "/stripe/webhook", .livemode = true, .accounts = {}};
}

using test::read_file;
using test::shared_stripe;

} // namespace tokenledger::webhook::fixtures
