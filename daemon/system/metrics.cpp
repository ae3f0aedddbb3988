// Writes to the registry, and renders it.
#include "system/metrics.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace tokenledger::daemon {

namespace {

template <class Metric>
prometheus::Family<Metric>& registered(prometheus::Registry& registry, family which) {
    prometheus::detail::Builder<Metric> made;
    const metric_family& described = metric_family_of(which);
    made.Name(std::string(described.name)).Help(std::string(described.help));
    return made.Register(registry);
}

template <class Metric>
Metric& added(prometheus::Family<Metric>& to, const metric_family& described,
              const prometheus::Labels& with) {
    if constexpr (std::is_same_v<Metric, prometheus::Histogram>)
        return to.Add(with, described.bounds);
    else
        return to.Add(with);
}

// The one series of a family that has no labels.
template <class Metric>
Metric& single(prometheus::Registry& registry, family which) {
    return added(registered<Metric>(registry, which), metric_family_of(which), {});
}

std::string text_of(std::string_view value) {
    return std::string(value);
}

std::string text_of(unsigned value) {
    return std::to_string(value);
}

template <class Enum>
requires std::is_enum_v<Enum> std::string text_of(Enum value) {
    return std::string(to_string(value));
}

// The library sorts neither labels nor series: this uses the table's order, the same at each scrape.
void sort(std::vector<prometheus::ClientMetric>& series, const metric_family& described) {
    const auto place = [&](const prometheus::ClientMetric::Label& label) {
        return std::ranges::find(described.labels, label.name, &metric_label::name);
    };
    for (prometheus::ClientMetric& each : series)
        std::ranges::sort(each.label, {}, place);
    std::ranges::sort(series, [](const auto& left, const auto& right) { return left.label < right.label; });
}

} // namespace

template <class Metric, class... Values>
metric_series<Metric, Values...>::metric_series(prometheus::Registry& registry, family which)
    : family_(registered<Metric>(registry, which)),
      described_(metric_family_of(which)) {
}

template <class Metric, class... Values>
Metric& metric_series<Metric, Values...>::make(const Values&... values) {
    prometheus::Labels labels;
    [[maybe_unused]] auto label = described_.labels.begin();
    (labels.emplace((label++)->name, text_of(values)), ...);
    Metric& made = added(family_, described_, labels);
    made_.try_emplace({kept<Values>(values)...}, &made);
    return made;
}

template <class Metric, class... Values>
void metric_series<Metric, Values...>::clear() {
    const std::lock_guard hold(guard_);
    for (const auto& [values, metric] : made_)
        family_.Remove(metric);
    made_.clear();
}

template class metric_series<prometheus::Counter, std::string_view, webhook::event_type>;
template class metric_series<prometheus::Counter, std::string_view>;
template class metric_series<prometheus::Gauge, std::string_view, std::string_view>;
template class metric_series<prometheus::Counter, ledger::transaction_type, ledger::source>;
template class metric_series<prometheus::Histogram, std::string_view, unsigned>;
template class metric_series<prometheus::Gauge>;

metrics::metrics()
    : webhook_events(registry_, family::webhook_events),
      webhook_rejected(registry_, family::webhook_rejected),
      webhook_mismatches(registry_, family::webhook_mismatches),
      secret_last_used(registry_, family::secret_last_used),
      ledger_transactions(registry_, family::ledger_transactions),
      commit_duration(single<prometheus::Histogram>(registry_, family::commit_duration)),
      request_duration(registry_, family::request_duration),
      batch_size(single<prometheus::Histogram>(registry_, family::batch_size)),
      queue_depth(single<prometheus::Gauge>(registry_, family::queue_depth)),
      events_parked(registry_, family::events_parked),
      events_waiting(registry_, family::events_waiting),
      open_holds(registry_, family::open_holds),
      held_tokens(registry_, family::held_tokens),
      timed_out_holds(registry_, family::timed_out_holds),
      uncovered_tokens(single<prometheus::Counter>(registry_, family::uncovered_tokens)),
      expiry_lag(registry_, family::expiry_lag),
      unsafe_settings(single<prometheus::Gauge>(registry_, family::unsafe_settings)),
      database_up(single<prometheus::Gauge>(registry_, family::database_up)) {
    for (const auto& [type, source] : ledger::transaction_kinds())
        ledger_transactions.with(type, source);
    registered<prometheus::Gauge>(registry_, family::build_info)
        .Add({{"version", TOKENLEDGER_VERSION}})
        .Set(1);
}

void metrics::count_postings(const ledger::outcome& from) {
    if (from.replayed)
        return;
    for (const ledger::posting& each : from.posted)
        ledger_transactions.with(each.type, each.source).Increment();
    uncovered_tokens.Increment(static_cast<double>(from.uncovered));
}

std::string metrics::exposition() const {
    std::vector<prometheus::MetricFamily> collected = registry_.Collect();
    std::vector<prometheus::MetricFamily> shown;
    for (const metric_family& each : metric_families()) {
        prometheus::MetricFamily& made = shown.emplace_back();
        made.name = each.name;
        made.help = each.help;
        made.type = each.type;
        // A family without series is not collected, but is shown all the same.
        const auto found = std::ranges::find(collected, each.name, &prometheus::MetricFamily::name);
        if (found != collected.end())
            made.metric = std::move(found->metric);
        sort(made.metric, each);
    }
    return prometheus::TextSerializer().Serialize(shown);
}

} // namespace tokenledger::daemon
