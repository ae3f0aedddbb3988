// Counters, gauges and histograms, kept by prometheus-cpp. Safe from any thread. The table in
// metric_table.cpp describes them.
#pragma once

#include "system/metric_table.hpp"

#include "webhook/event.hpp"

#include "ledger/outcome.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace tokenledger::daemon {

// The series of one family by their label values; each is created when it is first written. The library
// would look one up by a map of strings built for each look-up: 23 allocations per event.
template <class Metric, class... Values>
class metric_series {
    static constexpr bool is_number = !std::is_same_v<Metric, prometheus::Histogram>;

  public:
    metric_series(prometheus::Registry& registry, family which);

    // The reference is valid until clear().
    Metric& with(Values... values) {
        const std::lock_guard hold(guard_);
        const auto at = made_.find(std::tie(values...));
        return at != made_.end() ? *at->second : make(values...);
    }

    // 0 if it was never written.
    [[nodiscard]] double value(Values... values) const requires is_number {
        const std::lock_guard hold(guard_);
        const auto at = made_.find(std::tie(values...));
        return at != made_.end() ? at->second->Value() : 0;
    }

    // The sum of all series.
    [[nodiscard]] double total() const requires is_number {
        const std::lock_guard hold(guard_);
        double sum = 0;
        for (const auto& [values, metric] : made_)
            sum += metric->Value();
        return sum;
    }

    // Removes the series, because their subjects are gone. No thread may write one meanwhile.
    void clear();

  private:
    template <class Value>
    using kept = std::conditional_t<std::is_same_v<Value, std::string_view>, std::string, Value>;

    Metric& make(const Values&... values);

    mutable std::mutex guard_;
    prometheus::Family<Metric>& family_;
    const metric_family& described_;
    std::map<std::tuple<kept<Values>...>, Metric*, std::less<>> made_;
};

// A double counts exactly up to 2^53.
class metrics {
    prometheus::Registry registry_; // first: the others live in it

  public:
    // Families without labels, and those with known labels, begin at zero: a counter that begins with a
    // jump has no rate. The others begin when they are first written.
    metrics();

    metric_series<prometheus::Counter, std::string_view, webhook::event_type> webhook_events;
    metric_series<prometheus::Counter, std::string_view> webhook_rejected;
    metric_series<prometheus::Counter, std::string_view> webhook_mismatches;
    metric_series<prometheus::Gauge, std::string_view, std::string_view> secret_last_used;
    metric_series<prometheus::Counter, ledger::transaction_type, ledger::source> ledger_transactions;
    prometheus::Histogram& commit_duration;
    metric_series<prometheus::Histogram, std::string_view, unsigned> request_duration;
    prometheus::Histogram& batch_size;
    prometheus::Gauge& queue_depth;
    metric_series<prometheus::Gauge> events_parked; // not known before the first look
    metric_series<prometheus::Gauge> events_waiting;
    metric_series<prometheus::Gauge> open_holds;
    metric_series<prometheus::Gauge> held_tokens;
    metric_series<prometheus::Gauge> timed_out_holds;
    prometheus::Counter& uncovered_tokens;
    metric_series<prometheus::Gauge> expiry_lag;
    prometheus::Gauge& unsafe_settings;
    prometheus::Gauge& database_up;

    // Counts the rows that an outcome added, and what its charges did not get; a replay added none.
    void count_postings(const ledger::outcome& from);

    // The exposition format, version 0.0.4.
    [[nodiscard]] std::string exposition() const;
};

} // namespace tokenledger::daemon
