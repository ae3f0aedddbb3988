// What can be read from the ledger: values without SQL, and the interface that reads them.
// Times are microseconds since the epoch, of the database's clock. Sums are decimal text: they may leave
// int64. An empty string stands for an absent value.
#pragma once

#include "ledger/facts.hpp"
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

inline constexpr std::size_t default_page_limit = 100;
inline constexpr std::size_t max_page_limit = 1000;
// Bytes of JSON: a page ends before the row that would exceed them, but has at least one row.
inline constexpr std::size_t max_page_bytes = std::size_t{4} << 20U;
// Rows, and events, of one payment that are shown: the oldest ones.
inline constexpr std::size_t max_payment_rows = 1000;
// Actions on one event that are shown: the oldest ones.
inline constexpr std::size_t max_event_actions = 100;
// Groups in a report; a longer one is refused.
inline constexpr std::size_t max_report_rows = 100'000;

// ---- Rows. ----

struct transaction_view {
    std::string user_id{};
    std::int64_t sequence = 0;
    transaction_type type = transaction_type::grant;
    ledger::source source = ledger::source::admin;
    std::int64_t token_amount = 0;
    std::int64_t balance_before = 0;
    std::int64_t balance_after = 0;
    std::optional<std::int64_t> amount_paid_cents{}; // minor units of currency
    std::string currency{};
    std::string payment_intent_id{};
    std::string event_id{};
    std::string pack{};
    std::optional<std::int64_t> quantity{};
    std::string reason{};
    std::string reference{};
    std::string idempotency_key{};
    std::optional<std::int64_t> actor{}; // uid
    std::string counterparty_user_id{};
    std::string usage_request_id{}; // the charged operation
    std::string metadata{};         // JSON text
    std::int64_t created_at_us = 0;

    bool operator==(const transaction_view&) const = default;
};

struct purchase_view {
    transaction_view transaction{};
    std::int64_t refunded_tokens = 0; // taken back by now, refunds and disputes together
    std::int64_t refunded_cents = 0;  // the money behind them, in the purchase's currency

    bool operator==(const purchase_view&) const = default;
};

struct usage_view {
    std::string user_id{};
    std::string request_id{};
    std::string action_type{};
    std::string model_used{};
    std::int64_t tokens_used = 0;
    std::optional<std::int64_t> input_tokens{};
    std::optional<std::int64_t> output_tokens{};
    std::string cost_estimate{}; // cents, decimal, as it was sent
    std::int64_t charged_tokens = 0;
    std::optional<std::int64_t> deduction_sequence{}; // of the linked deduction, where it was charged
    std::optional<std::int64_t> actor{};
    std::int64_t created_at_us = 0;

    bool operator==(const usage_view&) const = default;
};

// A change of a balance, an operation, or both: a charged operation and its deduction are one entry. The
// deduction stands alone once its usage is archived.
struct activity_view {
    std::optional<transaction_view> transaction{};
    std::optional<usage_view> usage{};

    bool operator==(const activity_view&) const = default;
};

// What an operator did about an event.
struct event_action_view {
    std::string action{}; // retry, dismiss or assign
    std::int64_t actor = 0;
    std::string reason{};
    std::string was{}; // result and reason of the event before, and after
    std::string was_because{};
    std::string became{};
    std::string became_because{};
    std::string idempotency_key{};
    std::int64_t created_at_us = 0;

    bool operator==(const event_action_view&) const = default;
};

struct event_view {
    std::string event_id{};
    std::int64_t position = 0; // place in the commit order of whatever shares a payment or an account
    std::string type{};
    std::string result{}; // applied, duplicate, ignored, parked, waiting, dismissed or expired
    std::string reason{};
    std::string payment_intent_id{};
    std::string endpoint{};
    std::string account{};
    std::string api_version{};
    std::optional<bool> livemode{};
    std::optional<std::int64_t> stripe_created_at{}; // seconds since the epoch, Stripe's clock
    std::int64_t received_at_us = 0;
    bool has_evidence = false;
    std::vector<event_action_view> actions{}; // oldest first; not in lists

    bool operator==(const event_view&) const = default;
};

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

struct account_view {
    std::string user_id{};
    std::int64_t balance = 0;
    std::int64_t last_sequence = 0;                       // 0: no transaction yet
    std::optional<std::int64_t> last_transaction_at_us{}; // of the last transaction
    std::int64_t created_at_us = 0;
    std::vector<type_total> totals{};             // of types that occur; one scan of the user's rows
    std::vector<std::string> disputed_payments{}; // in dispute now (entitlement_of), sorted by id
};

// The account as it was. A user without a transaction by then has sequence 0 and balance 0.
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

// ---- Pages. ----

enum class page_order : std::uint8_t {
    newest_first, // a walk back. Whatever was committed before the first page was read comes exactly once
    oldest_first, // a walk forward that can be followed for ever: no row is lost however late it commits
};

// docs/queries.md says what each list guarantees.
struct page_request {
    std::size_t limit = default_page_limit; // 1..max_page_limit; max_page_bytes may end the page before
    std::string cursor{};                   // page::next of the page before; empty: the first page
    page_order order = page_order::newest_first;
};

template <class Row>
struct page {
    std::vector<Row> rows{};
    // Cursor of the page after this one. Newest first: empty at the end. Oldest first: never empty once there
    // was a row; asking again with it later returns what was added.
    std::string next{};
    bool more = false; // there is a further row now
};

// A filter that is not set matches every row. A period is from <= time < to.
struct period {
    std::optional<std::int64_t> from_us{};
    std::optional<std::int64_t> to_us{};
};

struct transaction_filter {
    std::string user_id{};
    std::optional<transaction_type> type{};
    std::optional<ledger::source> source{};
    ledger::period period{};
    std::optional<std::int64_t> actor{}; // uid; of lists only
};

struct usage_filter {
    std::string user_id{};
    std::string action_type{};
    std::string model_used{};
    ledger::period period{};
};

struct activity_filter {
    std::string user_id{};
    ledger::period period{};
};

struct event_filter {
    std::string result{}; // parked and waiting are the operator's queue
    std::string reason{};
    std::string type{};
    std::string payment_intent_id{};
    ledger::period period{}; // of received_at
};

// The operator's queue, counted when it is asked for.
struct queue_view {
    std::int64_t parked = 0;
    std::int64_t waiting = 0; // without what has expired

    bool operator==(const queue_view&) const = default;
};

// ---- Reports. ----

enum class report_span : std::uint8_t { whole, day };

// How a report is divided. The zone is one of PostgreSQL's names; it says where a day begins.
struct report_shape {
    // A span alone means days of UTC, so a caller need not name the zone.
    // NOLINTNEXTLINE(google-explicit-constructor)
    report_shape(report_span of = report_span::whole, std::string zone = "UTC")
        : span(of),
          time_zone(std::move(zone)) {}

    report_span span;
    std::string time_zone;
};

struct usage_report_row {
    std::string day{}; // YYYY-MM-DD; empty with report_span::whole
    std::string action_type{};
    std::string model_used{};
    std::int64_t count = 0;
    std::string tokens_used{};
    std::string input_tokens{};
    std::string output_tokens{};
    std::string cost_estimate{}; // cents, exact; operations without one add nothing
    std::string charged_tokens{};

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

    [[nodiscard]] virtual page<transaction_view> transactions(const transaction_filter& filter,
                                                              const page_request& request) = 0;
    // filter.type is ignored.
    [[nodiscard]] virtual page<purchase_view> purchases(const transaction_filter& filter,
                                                        const page_request& request) = 0;
    [[nodiscard]] virtual page<usage_view> usage(const usage_filter& filter, const page_request& request) = 0;
    [[nodiscard]] virtual page<activity_view> activity(const activity_filter& filter,
                                                       const page_request& request) = 0;
    [[nodiscard]] virtual page<event_view> events(const event_filter& filter,
                                                  const page_request& request) = 0;

    [[nodiscard]] virtual queue_view queue() = 0;

    // Sorted by their group.
    [[nodiscard]] virtual std::vector<usage_report_row> usage_report(const usage_filter& filter,
                                                                     const report_shape& shape) = 0;
    [[nodiscard]] virtual std::vector<transaction_report_row>
    transaction_report(const transaction_filter& filter, const report_shape& shape) = 0;
};

} // namespace tokenledger::ledger
