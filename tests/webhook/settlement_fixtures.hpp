// Events of refunds, disputes and cancellations, and the facts read from them.
#pragma once

#include "fixtures.hpp"
#include "webhook/event.hpp"
#include "webhook/payment_facts.hpp"

#include <string>
#include <string_view>

namespace tokenledger::webhook::fixtures {

inline settlement_news news_of(std::string_view body) {
    const parsed_event parsed = parse_event(body);
    BOOST_REQUIRE_MESSAGE(parsed.event.has_value(), parsed.why);
    return read_settlement(*parsed.event, prices());
}

inline settlement_news news_of(std::string_view type, const object& made) {
    return news_of(stripe::event(type, made.text()).text());
}

using stripe::charge;
using stripe::dispute;
using stripe::refund;

inline object canceled_intent() {
    return stripe::payment_intent()
        .set("amount", 900)
        .set("amount_received", 0)
        .set("metadata", R"({"token_pack":"starter"})");
}

inline settlement_news refund_news(const object& made) {
    return news_of("refund.updated", made);
}
inline settlement_news dispute_news(const object& made) {
    return news_of("charge.dispute.updated", made);
}
inline settlement_news charge_news(const object& made) {
    return news_of("charge.refunded", made);
}

// The facts of the one refund or dispute that was read.
inline ledger::refund_fact only_refund(const settlement_news& news) {
    BOOST_REQUIRE(news.usable);
    BOOST_REQUIRE_EQUAL(news.facts.refunds.size(), 1U);
    BOOST_TEST(news.facts.refunds.begin()->first == "re_1");
    return news.facts.refunds.begin()->second;
}
inline ledger::dispute_fact only_dispute(const settlement_news& news) {
    BOOST_REQUIRE(news.usable);
    BOOST_REQUIRE_EQUAL(news.facts.disputes.size(), 1U);
    BOOST_TEST(news.facts.disputes.begin()->first == "dp_1");
    return news.facts.disputes.begin()->second;
}

} // namespace tokenledger::webhook::fixtures
