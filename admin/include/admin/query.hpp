// Queries as values, made from the request line, and their replies.
#pragma once

#include "admin/permit.hpp"
#include "admin/problem.hpp"
#include "admin/reply.hpp"
#include "admin/route.hpp"

#include "ledger/proof.hpp"
#include "ledger/reader.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tokenledger::admin {

struct account_query {
    std::string user_id{};
    std::optional<std::int64_t> at_us{}; // at most one of the two; neither: now
    std::optional<std::int64_t> at_sequence{};
};

struct payment_query {
    std::string payment_intent_id{};
};

struct event_query {
    std::string event_id{};
    bool with_body = false;
};

struct usage_report_query {
    ledger::usage_filter filter{};
    ledger::report_shape shape{};
};

struct transaction_report_query {
    ledger::transaction_filter filter{};
    ledger::report_shape shape{};
};

// Counts the events that are parked and waiting now.
struct queue_query {};

using query = std::variant<account_query, payment_query, event_query, ledger::list_query, usage_report_query,
                           transaction_report_query, queue_query>;

// `what` comes from resolve(), and is a read.
[[nodiscard]] std::variant<query, problem> read_query(const resolved_call& what, permit_set permits);

// The result of a verification of the whole ledger (GET /v1/verify).
struct audit_view {
    struct discrepancy {
        std::string check{};
        std::string user_id{};
        std::string sequence{};
        std::string payment_intent_id{};
        std::string event_id{};
        std::string expected{};
        std::string found{};
    };
    std::int64_t accounts = 0;
    std::int64_t transactions = 0;
    std::int64_t payments = 0;
    std::int64_t events = 0;
    std::int64_t discrepancies = 0;
    std::vector<discrepancy> shown{}; // the first max_discrepancies_shown
};
inline constexpr std::size_t max_discrepancies_shown = 100;

[[nodiscard]] reply proof_reply(const std::optional<ledger::payment_proof>& proven);
[[nodiscard]] reply verification_reply(const audit_view& found);

// Runs the query and writes its rows. Throws what the reader throws, except bad_query, which becomes a
// problem.
[[nodiscard]] reply run_query(const query& what, ledger::reader& from);

// For calls without parameters: the problem, if the request has a query.
[[nodiscard]] std::optional<problem> check_no_parameters(const resolved_call& what);

} // namespace tokenledger::admin
