// docs/metrics.md, generated from the table of metrics.
#include "system/metric_table.hpp"

#include <array>
#include <cstdio>

namespace tokenledger::daemon {
namespace {

constexpr std::string_view introduction =
    R"(# Metrics

Generated from the table in `daemon/system/metric_table.cpp`; `cmake --build BUILD --target metrics_reference` builds the
program that prints this page.

`GET /metrics`, at the [operations](configuration.md#operations) listener and at admin listeners that permit `read`, answers in
Prometheus' text format, version 0.0.4. Each answer names every metric. A series is there from the start if it has no label
or its labels are known: those of the rows, the secrets and the version. The two gauges of events are there after the first
look at the database, every other series when it is first counted. Counters begin at 0 with each start. Numbers are exact up
to 2^53. [operations.md](operations.md#alerts) has the alerts that are made of them.

| metric | type | labels | meaning | when it moves |
| --- | --- | --- | --- | --- |
)";

std::string_view name_of(prometheus::MetricType type) {
    switch (type) {
    case prometheus::MetricType::Counter:
        return "counter";
    case prometheus::MetricType::Gauge:
        return "gauge";
    case prometheus::MetricType::Histogram:
        return "histogram";
    case prometheus::MetricType::Summary:
        return "summary";
    case prometheus::MetricType::Untyped:
        break;
    }
    return "untyped";
}

std::string labels_of(const metric_family& row) {
    std::string made;
    for (const metric_label& each : row.labels)
        made += (made.empty() ? "`" : ", `") + std::string(each.name) + "`";
    return made.empty() ? "none" : made;
}

std::string number(double value) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%g", value);
    return text.data();
}

std::string bounds_of(const metric_family& row) {
    std::string made;
    for (const double each : row.bounds)
        made += number(each) + ", ";
    return made + "+Inf";
}

} // namespace

std::string metrics_reference() {
    std::string made(introduction);
    for (const metric_family& row : metric_families())
        made.append("| `").append(row.name).append("` | ").append(name_of(row.type)).append(" | ") +=
            labels_of(row) + " | " + std::string(row.help) + " | " + std::string(row.advice) + " |\n";

    made += "\n## What the labels say\n\n| metric | label | values |\n| --- | --- | --- |\n";
    for (const metric_family& row : metric_families()) {
        for (const metric_label& each : row.labels)
            made.append("| `").append(row.name).append("` | `").append(each.name).append("` | ") +=
                each.values() + " |\n";
    }

    made += "\n## Buckets of the histograms\n\n| metric | upper bounds |\n| --- | --- |\n";
    for (const metric_family& row : metric_families()) {
        if (row.type == prometheus::MetricType::Histogram)
            made.append("| `").append(row.name).append("` | ") += bounds_of(row) + " |\n";
    }
    return made;
}

} // namespace tokenledger::daemon
