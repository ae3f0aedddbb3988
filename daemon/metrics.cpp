// The table of metrics and their rendering.
#include "metrics.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <span>

namespace tokenledger::daemon {

namespace {

enum class kind : std::uint8_t { counter, gauge, histogram };

struct definition {
    std::string_view name;
    kind type = kind::counter;
    std::string_view help;
    std::span<const double> bounds{};
    bool labelled = true; // else its one series is there from the start
};

constexpr std::array<double, 12> seconds_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                0.05,   0.1,   0.25,   0.5,   1,    5};
constexpr std::array<double, 10> batch_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256, 1024};

const std::array<definition, 14> definitions{{
    {.name = "tokenledger_webhook_events_total",
     .help = "Verified events by what became of them and by Stripe's type."},
    {.name = "tokenledger_webhook_rejected_total",
     .help = "Requests refused before or at verification, by reason."},
    {.name = "tokenledger_webhook_mismatches_total",
     .help = "Events ignored because their mode or account is not this endpoint's, by reason."},
    {.name = "tokenledger_webhook_secret_last_used_timestamp_seconds",
     .type = kind::gauge,
     .help = "When a signing secret, by the name of its file, last verified an event."},
    {.name = "tokenledger_ledger_transactions_total", .help = "Rows added to token_transactions."},
    {.name = "tokenledger_commit_duration_seconds",
     .type = kind::histogram,
     .help = "Time of one batch from its first statement to the answer of COMMIT.",
     .bounds = seconds_bounds,
     .labelled = false},
    {.name = "tokenledger_request_duration_seconds",
     .type = kind::histogram,
     .help = "Time from the first byte of a request to the end of its reply.",
     .bounds = seconds_bounds},
    {.name = "tokenledger_batch_size",
     .type = kind::histogram,
     .help = "Commands in one committed batch.",
     .bounds = batch_bounds,
     .labelled = false},
    {.name = "tokenledger_queue_depth",
     .type = kind::gauge,
     .help = "Commands that wait for a batch.",
     .labelled = false},
    {.name = "tokenledger_events_parked",
     .type = kind::gauge,
     .help = "Events of ours that cannot be applied and wait for an operator; as of the last look at the "
             "database."},
    {.name = "tokenledger_events_waiting",
     .type = kind::gauge,
     .help = "Refunds and disputes that wait for their purchase and have not expired "
             "(webhook.waiting_expires_days); as of the last look."},
    {.name = "tokenledger_database_unsafe_settings",
     .type = kind::gauge,
     .help = "Settings of PostgreSQL with which a crash may lose what was acknowledged: fsync or "
             "full_page_writes off.",
     .labelled = false},
    {.name = "tokenledger_database_up",
     .type = kind::gauge,
     .help = "1 if the last batch or look reached the database, 0 if not.",
     .labelled = false},
    {.name = "tokenledger_build_info", .type = kind::gauge, .help = "Always 1; the version is a label."},
}};

const definition* find(std::string_view name) {
    const auto at = std::find_if(definitions.begin(), definitions.end(),
                                 [&](const definition& each) { return each.name == name; });
    assert(at != definitions.end());
    return at == definitions.end() ? nullptr : &*at;
}

// Kept from call to call for its room: metrics are written several times a request.
std::string_view rendered(metrics::labels with) {
    thread_local std::string text;
    text.clear();
    for (const auto& [name, value] : with) {
        text += text.empty() ? "" : ",";
        text.append(name).append("=\"");
        for (const char c : value) {
            if (c == '\n')
                text += "\\n";
            else if (c == '"' || c == '\\')
                text.append(1, '\\').append(1, c);
            else
                text += c;
        }
        text += '"';
    }
    return text;
}

// The entry of `key`, made if it is missing; `key` is copied only then.
template <class Map>
typename Map::mapped_type& entry(Map& of, std::string_view key) {
    const auto at = of.find(key);
    return at != of.end() ? at->second : of.try_emplace(std::string(key)).first->second;
}

std::string number(double value) {
    std::array<char, 40> text{};
    const bool whole = std::abs(value) < 1e15 && std::floor(value) == value;
    std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.9g", value);
    return text.data();
}

std::string sample(std::string_view name, std::string_view suffix, std::string_view with, double value) {
    std::string line(name);
    line += suffix;
    if (!with.empty())
        line.append("{").append(with).append("}");
    return line.append(" ").append(number(value)).append("\n");
}

} // namespace

metrics::metrics() {
    for (const definition& each : definitions) {
        if (each.labelled)
            continue;
        family_values& made = families_[std::string(each.name)];
        if (each.type == kind::histogram)
            made.histograms[""].buckets.resize(each.bounds.size() + 1);
        else
            made.numbers[""] = 0;
    }
}

void metrics::count(std::string_view family, labels with, std::uint64_t times) {
    const std::lock_guard hold(guard_);
    entry(entry(families_, family).numbers, rendered(with)) += static_cast<double>(times);
}

void metrics::set(std::string_view family, labels with, double value) {
    const std::lock_guard hold(guard_);
    entry(entry(families_, family).numbers, rendered(with)) = value;
}

void metrics::clear(std::string_view family) {
    const std::lock_guard hold(guard_);
    if (const auto of = families_.find(family); of != families_.end())
        families_.erase(of);
}

void metrics::observe(std::string_view family, labels with, double value) {
    const definition* of = find(family);
    if (of == nullptr)
        return;
    const std::lock_guard hold(guard_);
    histogram& into = entry(entry(families_, family).histograms, rendered(with));
    into.buckets.resize(of->bounds.size() + 1);
    const auto at = std::lower_bound(of->bounds.begin(), of->bounds.end(), value);
    ++into.buckets[static_cast<std::size_t>(at - of->bounds.begin())];
    into.sum += value;
    ++into.count;
}

double metrics::value(std::string_view family, labels with) const {
    const std::lock_guard hold(guard_);
    const auto of = families_.find(family);
    if (of == families_.end())
        return 0;
    const auto at = of->second.numbers.find(rendered(with));
    return at == of->second.numbers.end() ? 0 : at->second;
}

double metrics::total(std::string_view family) const {
    const std::lock_guard hold(guard_);
    double sum = 0;
    if (const auto of = families_.find(family); of != families_.end()) {
        for (const auto& [with, value] : of->second.numbers)
            sum += value;
    }
    return sum;
}

std::string metrics::render() const {
    constexpr std::array<std::string_view, 3> type_names{"counter", "gauge", "histogram"};
    const std::lock_guard hold(guard_);
    std::string text;
    for (const definition& each : definitions) {
        text.append("# HELP ").append(each.name).append(" ").append(each.help).append("\n");
        text.append("# TYPE ").append(each.name).append(" ");
        text.append(type_names[static_cast<std::size_t>(each.type)]).append("\n");
        const auto of = families_.find(each.name);
        if (of == families_.end())
            continue;
        for (const auto& [with, value] : of->second.numbers)
            text += sample(each.name, "", with, value);
        for (const auto& [with, values] : of->second.histograms) {
            const std::string comma = with.empty() ? "" : with + ",";
            std::uint64_t below = 0;
            for (std::size_t i = 0; i < values.buckets.size(); ++i) {
                below += values.buckets[i];
                const std::string bound = i < each.bounds.size() ? number(each.bounds[i]) : "+Inf";
                text +=
                    sample(each.name, "_bucket", comma + "le=\"" + bound + "\"", static_cast<double>(below));
            }
            text += sample(each.name, "_sum", with, values.sum);
            text += sample(each.name, "_count", with, static_cast<double>(values.count));
        }
    }
    return text;
}

std::vector<std::string_view> metrics::names() {
    std::vector<std::string_view> all;
    for (const definition& each : definitions)
        all.push_back(each.name);
    return all;
}

} // namespace tokenledger::daemon
