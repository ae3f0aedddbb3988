// The table of metrics.
#include "system/metric_table.hpp"

#include "http/service.hpp"

#include "webhook/event.hpp"
#include "webhook/signature.hpp"

#include "ledger/outcome.hpp"
#include "ledger/sources.hpp"

#include <initializer_list>

namespace tokenledger::daemon {
namespace {

using prometheus::MetricType;

void append(std::string& list, std::string_view value) {
    const std::string quoted = "`" + std::string(value) + "`";
    if (list.find(quoted) == std::string::npos)
        list += (list.empty() ? "" : ", ") + quoted;
}

std::string listed(std::initializer_list<std::string_view> values) {
    std::string list;
    for (const std::string_view each : values)
        append(list, each);
    return list;
}

// The names of an enumeration's values from `first` to `last`.
template <class Enum>
void append_names(std::string& list, Enum first, Enum last) {
    for (auto value = static_cast<unsigned>(first); value <= static_cast<unsigned>(last); ++value)
        append(list, to_string(static_cast<Enum>(value)));
}

std::string results() {
    return listed({to_string(ledger::result::applied), to_string(ledger::result::duplicate),
                   to_string(ledger::result::ignored), to_string(ledger::result::parked),
                   to_string(ledger::result::waiting), "rejected", "unavailable"});
}

std::string event_types() {
    std::string list;
    for (const webhook::event_type_row& row : webhook::event_types)
        append(list, row.name);
    append(list, to_string(webhook::event_type::other));
    return list;
}

std::string rejections() {
    std::string list = listed({"not_found", "method"});
    append_names(list, http_fault::malformed, http_fault::no_connection);
    append_names(list, webhook::signature_error::no_header, webhook::signature_error::too_new);
    for (const std::string_view each : {"bad_event", "thin_event", "queue_full", "stopping"})
        append(list, each);
    return list;
}

std::string mismatches() {
    return listed(
        {to_string(ledger::reason::livemode_mismatch), to_string(ledger::reason::account_mismatch)});
}

std::string transaction_types() {
    std::string list;
    for (const auto& [of, from] : ledger::transaction_kinds())
        append(list, to_string(of));
    return list;
}

std::string sources() {
    std::string list;
    for (const auto& [of, from] : ledger::transaction_kinds())
        append(list, to_string(from));
    return list;
}

std::string endpoints() {
    return "the endpoint's path";
}

std::string secrets() {
    return "the name of the secret's file";
}

std::string listeners() {
    return "`webhook`, `operations`, or the admin listener's name";
}

std::string statuses() {
    return "the HTTP status of the reply";
}

std::string versions() {
    return "the program's version";
}

const std::vector<metric_family>& table() {
    const std::vector<double> seconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};
    const std::vector<double> commands{1, 2, 4, 8, 16, 32, 64, 128, 256, 1024};
    static const std::vector<metric_family> rows{
        {.is = family::webhook_events,
         .name = "tokenledger_webhook_events_total",
         .type = MetricType::Counter,
         .help = "Verified events by what became of them and by Stripe's type.",
         .labels = {{"result", results}, {"type", event_types}},
         .advice = "`unavailable` rises: look at database and queue; `parked`: list the parked events; none "
                   "at all: "
                   "look at Stripe's dashboard for failed deliveries"},
        {.is = family::webhook_rejected,
         .name = "tokenledger_webhook_rejected_total",
         .type = MetricType::Counter,
         .help = "Requests refused before or at verification, by reason.",
         .labels = {{"reason", rejections}},
         .advice =
             "`no_match`: compare the signing secret with Stripe's; `too_old`, `too_new`: set the clock; "
             "`thin_event`: make a destination with snapshots; `queue_full`, `no_memory`, `no_connection`: "
             "the "
             "load is past a limit"},
        {.is = family::webhook_mismatches,
         .name = "tokenledger_webhook_mismatches_total",
         .type = MetricType::Counter,
         .help = "Events ignored because their mode or account is not this endpoint's, by reason.",
         .labels = {{"reason", mismatches}},
         .advice = "compare the URL at Stripe with the endpoint's `livemode` and `accounts`"},
        {.is = family::secret_last_used,
         .name = "tokenledger_webhook_secret_last_used_timestamp_seconds",
         .type = MetricType::Gauge,
         .help = "When a signing secret, by the name of its file, last verified an event.",
         .labels = {{"endpoint", endpoints}, {"secret", secrets}},
         .advice =
             "an old secret stands still while a new one moves: take the old one away; 0: not used since the "
             "start"},
        {.is = family::ledger_transactions,
         .name = "tokenledger_ledger_transactions_total",
         .type = MetricType::Counter,
         .help = "Rows added to token_transactions.",
         .labels = {{"type", transaction_types}, {"source", sources}},
         .advice = "`refund` rises: look for a wave of refunds or disputes; `purchase` stops while payments "
                   "are made: "
                   "look at parked events"},
        {.is = family::commit_duration,
         .name = "tokenledger_commit_duration_seconds",
         .type = MetricType::Histogram,
         .help = "Time of one batch from its first statement to the answer of COMMIT.",
         .bounds = seconds,
         .advice = "it rises: look at PostgreSQL's disk, locks, autovacuum and standby"},
        {.is = family::request_duration,
         .name = "tokenledger_request_duration_seconds",
         .type = MetricType::Histogram,
         .help = "Time from the first byte of a request to the end of its reply.",
         .labels = {{"listener", listeners}, {"status", statuses}},
         .bounds = seconds,
         .advice =
             "it rises with the commits: see there; without them: slow clients, or a processor that is busy"},
        {.is = family::batch_size,
         .name = "tokenledger_batch_size",
         .type = MetricType::Histogram,
         .help = "Commands in one committed batch.",
         .bounds = commands,
         .advice = "it grows with the load; at `max_batch` for long: the database is the bound"},
        {.is = family::queue_depth,
         .name = "tokenledger_queue_depth",
         .type = MetricType::Gauge,
         .help = "Commands that wait for a batch.",
         .advice =
             "it grows and does not shrink: more comes in than the database commits; at `queue_limit` events "
             "are answered 503"},
        {.is = family::events_parked,
         .name = "tokenledger_events_parked",
         .type = MetricType::Gauge,
         .help = "Events of ours that cannot be applied and wait for an operator; as of the last look at the "
                 "database.",
         .advice =
             "above 0: somebody paid and has no tokens: list them, mend the cause, then retry, assign or "
             "dismiss"},
        {.is = family::events_waiting,
         .name = "tokenledger_events_waiting",
         .type = MetricType::Gauge,
         .help = "Refunds and disputes that wait for their purchase and have not expired "
                 "(webhook.waiting_expires_days); as of the last look.",
         .advice = "above 0 for a day: resend the `payment_intent.succeeded` from Stripe's dashboard"},
        {.is = family::open_holds,
         .name = "tokenledger_holds_open",
         .type = MetricType::Gauge,
         .help = "Holds that are open; as of the last look.",
         .advice = "it grows and does not shrink: calls are neither captured nor released"},
        {.is = family::held_tokens,
         .name = "tokenledger_held_tokens",
         .type = MetricType::Gauge,
         .help = "Tokens that open holds set aside; as of the last look.",
         .advice = "much higher than what calls cost: hold less, or for a shorter time"},
        {.is = family::timed_out_holds,
         .name = "tokenledger_holds_timed_out",
         .type = MetricType::Gauge,
         .help =
             "Holds that timed out in the last 24 hours without a capture or a release; as of the last look.",
         .advice = "above 0: the application loses calls: look for those that end without a capture or a "
                   "release: GET /v1/holds?state=expired"},
        {.is = family::uncovered_tokens,
         .name = "tokenledger_uncovered_tokens_total",
         .type = MetricType::Counter,
         .help = "Tokens of charges and captures that no balance covered.",
         .advice = "it rises: calls cost more than was held for them: hold more"},
        {.is = family::expiry_lag,
         .name = "tokenledger_expiry_lag_seconds",
         .type = MetricType::Gauge,
         .help = "How long ago the oldest expiry was due whose row is not posted; as of the last look.",
         .advice = "minutes: no daemon can write; what has expired cannot be used all the same"},
        {.is = family::unsafe_settings,
         .name = "tokenledger_database_unsafe_settings",
         .type = MetricType::Gauge,
         .help = "Settings of PostgreSQL with which a crash may lose what was acknowledged: fsync or "
                 "full_page_writes off.",
         .advice = "above 0: turn them on; `/readyz` says which"},
        {.is = family::database_up,
         .name = "tokenledger_database_up",
         .type = MetricType::Gauge,
         .help = "1 if the last batch or look reached the database, 0 if not.",
         .advice = "0: `/readyz` says why; start PostgreSQL, or mend its access"},
        {.is = family::build_info,
         .name = "tokenledger_build_info",
         .type = MetricType::Gauge,
         .help = "Always 1; the version is a label.",
         .labels = {{"version", versions}},
         .advice = "two versions for long: an upgrade stopped half-way"},
    };
    return rows;
}

} // namespace

std::span<const metric_family> metric_families() {
    return table();
}

const metric_family& metric_family_of(family which) {
    return table().at(static_cast<std::size_t>(which));
}

} // namespace tokenledger::daemon
