// Builds bodies of events member by member, and finds the shared test data.
#pragma once

#include "files.hpp"
#include "stripe_bodies.hpp"
#include "webhook/catalog.hpp"
#include "webhook/translate.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace tokenledger::webhook::fixtures {

namespace stripe = tokenledger::test::stripe;
using stripe::object;

// A succeeded payment of one pack "starter" for usd 999 by "user_1", live, of the endpoint's own account.
struct payment {
    object envelope = stripe::envelope("payment_intent.succeeded");
    object intent = stripe::payment_intent();
    object metadata = stripe::ours();
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

inline endpoint_policy test_endpoint() {
    return {.path = "/stripe/test", .livemode = false, .accounts = {}};
}

using test::read_file;
using test::shared_stripe;

} // namespace tokenledger::webhook::fixtures
