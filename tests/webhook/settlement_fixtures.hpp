// Bodies of refunds, disputes and cancellations, member by member, and the facts read from them.
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
    return news_of(R"({"id":"evt_1","type":")" + std::string{type} + R"(","data":{"object":)" + made.text() +
                   "}}");
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

inline object canceled_intent() {
    return {{"id", R"("pi_1")"},      {"object", R"("payment_intent")"},
            {"amount", "900"},        {"amount_received", "0"},
            {"currency", R"("usd")"}, {"metadata", R"({"token_pack":"starter"})"}};
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
