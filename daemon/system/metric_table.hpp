// The table of metrics: the source of /metrics and docs/metrics.md.
#pragma once

#include <prometheus/metric_type.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::daemon {

// In the order of the table.
enum class family : std::uint8_t {
    webhook_events,
    webhook_rejected,
    webhook_mismatches,
    secret_last_used,
    ledger_transactions,
    commit_duration,
    request_duration,
    batch_size,
    queue_depth,
    events_parked,
    events_waiting,
    open_holds,
    held_tokens,
    timed_out_holds,
    uncovered_tokens,
    expiry_lag,
    unsafe_settings,
    database_up,
    build_info,
};

struct metric_label {
    std::string_view name;
    std::string (*values)(); // in words, for the page
};

struct metric_family {
    family is;
    std::string_view name;
    prometheus::MetricType type;
    std::string_view help;
    std::vector<metric_label> labels{}; // in the order of the output
    std::vector<double> bounds{};       // of a histogram's buckets, without +Inf
    std::string_view advice;            // what to do when it changes
};

[[nodiscard]] std::span<const metric_family> metric_families();
[[nodiscard]] const metric_family& metric_family_of(family which);

// docs/metrics.md
[[nodiscard]] std::string metrics_reference();

} // namespace tokenledger::daemon
