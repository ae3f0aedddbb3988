// What can be read from the ledger: values without SQL, and the interface that reads them. The lists and
// their rows are in lists.hpp.
// Times are microseconds since the epoch, of the database's clock. Sums are decimal text: they may leave
// int64. An empty string stands for an absent value.
#pragma once

#include "ledger/facts.hpp"
#include "ledger/lists.hpp"
#include "ledger/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::ledger {

// Rows, and events, of one payment that are shown: the oldest ones.
inline constexpr std::size_t max_payment_rows = 1000;
// Actions on one event that are shown: the oldest ones.
inline constexpr std::size_t max_event_actions = 100;
// Groups in a report; a longer one is refused.
inline constexpr std::size_t max_report_rows = 100'000;

// What was delivered, byte for byte.
struct evidence_view {
    bool readable = true; // false: this version cannot unpack the stored bytes
    std::string signature_header{};
    std::string body{};
};

// ---- Accounts. ----

struct type_total {
    transaction_type type = transaction_type::grant;
    std::int64_t count = 0;
    std::string tokens{}; // signed sum

    bool operator==(const type_total&) const = default;
};

// A limit in force (command.hpp, member_limit).
struct limit_view {
    std::string member{};
    limit_window per = limit_window::day;
    std::int64_t tokens = 0;
    std::int64_t set_at_us = 0;

    bool operator==(const limit_view&) const = default;
};

// A lot that has tokens left (core/lots.hpp).
struct lot_view {
    std::int64_t lot = 0;    // number within the account
    std::int64_t tokens = 0; // left
    std::int64_t held = 0;   // of them, by open holds
    std::optional<std::int64_t> expires_at_us{};
    std::int64_t priority = 0;
    bool paid = false;
    std::string payment_intent_id{};
    std::int64_t sequence = 0; // of the row that credited it

    bool operator==(const lot_view&) const = default;
};

struct account_view {
    std::string user_id{};
    std::int64_t balance = 0;
    std::int64_t available = 0;                           // what a charge may take now
    std::int64_t held = 0;                                // by open holds
    std::int64_t expired_not_posted = 0;                  // in the balance, and no longer usable
    std::int64_t last_sequence = 0;                       // 0: no transaction yet
    std::optional<std::int64_t> last_transaction_at_us{}; // of the last transaction
    std::int64_t created_at_us = 0;
    std::vector<type_total> totals{};             // of types that occur; one scan of the user's rows
    std::vector<std::string> disputed_payments{}; // in dispute now (entitlement_of), sorted by id
    std::vector<limit_view> limits{};             // of its members, sorted by member
    std::vector<lot_view> lots{};                 // in the order of use; those that have expired are not here
};

// The account as it was: an expiry counts from its effective time on. A user without a transaction by then
// has sequence 0 and balance 0.
struct balance_view {
    std::string user_id{};
    std::int64_t balance = 0;
    std::int64_t sequence = 0;
    std::optional<std::int64_t> created_at_us{}; // of that transaction
};

// ---- One payment, explained. ----

struct credit_view {
    std::string user_id{};
    std::int64_t tokens = 0;
    std::int64_t amount_cents = 0;
    std::string currency{};
    std::string catalog{}; // empty: the default one
    std::string pack{};
    std::int64_t quantity = 1;
    std::int64_t credited_at_us = 0;
};

// What entitlement_of() (core/entitlement.hpp) says of the facts now.
struct entitlement_view {
    std::int64_t refunded_cents = 0;
    std::int64_t disputed_cents = 0;
    std::int64_t lost_cents = 0;
    std::int64_t taken_tokens = 0;
    bool missing_refund_objects = false;
    bool unproven_refund = false;
    bool other_currency_refund = false;
    bool in_dispute = false;
};

struct payment_view {
    std::string payment_intent_id{};
    std::optional<credit_view> credit{}; // nullopt: never credited
    payment_facts facts{};               // what Stripe said
    std::int64_t taken_tokens = 0;       // what was posted so far
    std::int64_t lost_cents = 0;
    std::optional<entitlement_view> entitlement{}; // where it was credited
    std::vector<transaction_view> transactions{};  // its purchase and refund rows, by sequence
    std::vector<event_view> events{};              // every event that named it, by position
};

// The operator's queue, counted when it is asked for.
struct queue_view {
    std::int64_t parked = 0;
    std::int64_t waiting = 0; // without what has expired

    bool operator==(const queue_view&) const = default;
};

// ---- Reports. ----

enum class report_span : std::uint8_t { whole, day };

// What a row of a usage report adds up.
enum class usage_group : std::uint8_t {
    action, // an action and a model
    member, // an account and one of its members
};
[[nodiscard]] std::string_view to_string(usage_group value) noexcept;

// The time of a usage that a report counts by.
enum class usage_time : std::uint8_t {
    reported,
    occurred, // if it was given, else when it was reported
};
[[nodiscard]] std::string_view to_string(usage_time value) noexcept;

// How a report is divided. The zone is one of PostgreSQL's names; it says where a day begins.
struct report_shape {
    // A span alone means days of UTC, so a caller need not name the zone.
    // NOLINTNEXTLINE(google-explicit-constructor)
    report_shape(report_span of = report_span::whole, std::string zone = "UTC")
        : span(of),
          time_zone(std::move(zone)) {}

    report_span span;
    std::string time_zone;
    // Of a usage report.
    usage_group by = usage_group::action;
    usage_time time = usage_time::reported;
};

struct usage_report_row {
    std::string day{};         // YYYY-MM-DD; empty with report_span::whole
    std::string action_type{}; // with usage_group::action, as model_used
    std::string model_used{};
    std::string user_id{}; // with usage_group::member, as member
    std::string member{};
    std::int64_t count = 0;
    std::string tokens_used{};
    std::string input_tokens{};
    std::string output_tokens{};
    std::string cost_estimate{}; // cents, exact; operations without one add nothing
    std::string charged_tokens{};
    std::string cached_input_tokens{};
    std::string reasoning_tokens{};
    std::string uncovered_tokens{};
    std::string reversed_tokens{}; // given back since, whenever that was

    bool operator==(const usage_report_row&) const = default;
};

struct transaction_report_row {
    std::string day{};
    transaction_type type = transaction_type::grant;
    ledger::source source = ledger::source::admin;
    std::string pack{};     // of purchases
    std::string currency{}; // sums never mix currencies
    std::int64_t count = 0;
    std::string tokens{};            // signed sum
    std::string amount_paid_cents{}; // sum, minor units of currency; empty where no money moved

    bool operator==(const transaction_report_row&) const = default;
};

// ---- The read entry. ----

enum class query_fault : std::uint8_t {
    bad_limit,     // not 1..max_page_limit
    bad_cursor,    // not a cursor of this list with this filter and order
    bad_text,      // an identifier that the ledger cannot hold (base/text.hpp)
    too_large,     // the report would have more than max_report_rows groups: ask for a shorter period
    bad_time_zone, // PostgreSQL has no time zone of this name
};
[[nodiscard]] std::string_view to_string(query_fault value) noexcept;

// The question cannot be answered as asked.
class bad_query : public std::runtime_error {
  public:
    bad_query(query_fault why, const std::string& what) : std::runtime_error(what), fault_(why) {}
    [[nodiscard]] query_fault fault() const noexcept { return fault_; }

  private:
    query_fault fault_;
};

// Each call is one read-only transaction and blocks until the database has answered. Used by one thread at
// a time. Throws bad_query; store_error (store_error.hpp, a std::runtime_error) when the database cannot be
// asked, after which the next call connects again.
class reader {
  public:
    virtual ~reader() = default;

    // nullopt: there is no such account, payment or event; for evidence also: the event keeps none.
    [[nodiscard]] virtual std::optional<account_view> account(const std::string& user_id) = 0;
    [[nodiscard]] virtual std::optional<balance_view> balance_at_time(const std::string& user_id,
                                                                      std::int64_t at_us) = 0; // inclusive
    // A sequence past the last one: nullopt.
    [[nodiscard]] virtual std::optional<balance_view> balance_at_sequence(const std::string& user_id,
                                                                          std::int64_t sequence) = 0;
    [[nodiscard]] virtual std::optional<payment_view> payment(const std::string& payment_intent_id) = 0;
    [[nodiscard]] virtual std::optional<event_view> event(const std::string& event_id) = 0;
    [[nodiscard]] virtual std::optional<evidence_view> evidence(const std::string& event_id) = 0;

    // One page of a list.
    [[nodiscard]] virtual list_page list(const list_query& what) = 0;
    template <class Query>
    [[nodiscard]] page_of_list<Query> page_of(const Query& what) {
        const list_query asked = what;
        return std::get<page_of_list<Query>>(list(asked));
    }

    [[nodiscard]] virtual queue_view queue() = 0;

    // Sorted by their group.
    [[nodiscard]] virtual std::vector<usage_report_row> usage_report(const usage_filter& filter,
                                                                     const report_shape& shape) = 0;
    [[nodiscard]] virtual std::vector<transaction_report_row>
    transaction_report(const transaction_filter& filter, const report_shape& shape) = 0;
};

} // namespace tokenledger::ledger
