// Valid rows, for tests that change single columns.
#pragma once

#include "test_database.hpp"

#include <map>
#include <string>

namespace tokenledger::test {

using columns = std::map<std::string, std::string>;

inline std::string insert(const std::string& table, columns row, const columns& changes = {}) {
    for (const auto& [name, value] : changes)
        row[name] = value;
    std::string names;
    std::string values;
    for (const auto& [name, value] : row) {
        names += (names.empty() ? "" : ", ") + name;
        values += (values.empty() ? "" : ", ") + value;
    }
    return "INSERT INTO tokenledger." + table + " (" + names + ") VALUES (" + values + ")";
}

const columns a_purchase = {
    {"user_id", "'user_1'"},
    {"sequence", "1"},
    {"transaction_type", "'purchase'"},
    {"source", "'token_pack'"},
    {"token_amount", "100"},
    {"balance_before", "0"},
    {"balance_after", "100"},
    {"amount_paid_cents", "999"},
    {"currency", "'usd'"},
    {"stripe_payment_intent_id", "'pi_1'"},
    {"stripe_event_id", "'evt_1'"},
    {"pack", "'starter'"},
    {"quantity", "1"},
    {"created_at", "clock_timestamp()"},
};
const columns no_purchase = {
    {"amount_paid_cents", "NULL"}, {"currency", "NULL"}, {"stripe_payment_intent_id", "NULL"},
    {"stripe_event_id", "NULL"},   {"pack", "NULL"},     {"quantity", "NULL"}};

inline columns with(columns row, const columns& changes) {
    for (const auto& [name, value] : changes)
        row[name] = value;
    return row;
}

const columns a_grant = with(with(a_purchase, no_purchase), {{"transaction_type", "'grant'"},
                                                             {"source", "'admin'"},
                                                             {"actor", "1000"},
                                                             {"idempotency_key", "'key'"}});
const columns a_deduction = with(a_grant, {{"transaction_type", "'deduction'"},
                                           {"sequence", "2"},
                                           {"token_amount", "-100"},
                                           {"balance_before", "100"},
                                           {"balance_after", "0"}});
const columns a_refund = with(a_deduction, {{"transaction_type", "'refund'"},
                                            {"source", "'stripe'"},
                                            {"actor", "NULL"},
                                            {"idempotency_key", "NULL"},
                                            {"stripe_payment_intent_id", "'pi_1'"},
                                            {"stripe_event_id", "'evt_2'"}});
const columns a_transfer =
    with(a_deduction, {{"transaction_type", "'transfer'"}, {"counterparty_user_id", "'user_2'"}});
const columns a_charge =
    with(a_deduction, {{"source", "'usage'"}, {"usage_request_id", "'req_1'"}, {"idempotency_key", "NULL"}});
const columns a_reversal =
    with(a_charge, {{"transaction_type", "'refund'"}, {"token_amount", "1"}, {"balance_after", "101"}});
const columns an_event = {{"event_id", "'evt_1'"},  {"event_type", "'payment_intent.succeeded'"},
                          {"result", "'applied'"},  {"endpoint", "'/stripe/webhook'"},
                          {"evidence_format", "1"}, {"evidence", "'x'"}};
const columns a_credit = {{"payment_intent_id", "'pi_1'"}, {"user_id", "'user_1'"}, {"tokens", "100"},
                          {"amount_cents", "0"},           {"currency", "'usd'"},   {"catalog", "''"},
                          {"pack", "'starter'"},           {"quantity", "1"},       {"credited_at", "now()"}};
const columns a_use = {{"user_id", "'user_1'"},
                       {"request_id", "'req_1'"},
                       {"action_type", "'chat conversation'"},
                       {"tokens_used", "12"},
                       {"cost_estimate", "0.000000000000000000001"}};

inline std::string bytes(int count) {
    return "repeat('x', " + std::to_string(count) + ")";
}

struct database_with_account : test_database {
    database_with_account() {
        session().run("INSERT INTO tokenledger.token_accounts (user_id) VALUES ('user_1')");
    }
    // The constraint that refuses the statement, or else the SQLSTATE; empty if it succeeds.
    std::string refusing(const std::string& sql) {
        session().run("BEGIN");
        std::string name;
        try {
            session().run(sql);
        } catch (const sql_error& error) {
            name = error.constraint.empty() ? error.sqlstate : error.constraint;
        }
        session().run("ROLLBACK");
        return name;
    }
};

} // namespace tokenledger::test
