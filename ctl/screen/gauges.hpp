// The few numbers of /metrics that a person asks for first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ctl {

struct gauge {
    std::string name;  // of the metric; of tokenledger_build_info the value is its version
    std::string label; // for a person
    std::string value; // as the daemon writes it
    bool is_bad = false;
};

// Those that are there, from Prometheus text (version 0.0.4).
[[nodiscard]] std::vector<gauge> chosen_gauges(std::string_view metrics);

// The same number from elsewhere; an empty value is not known, and bad where only one value is fine.
void set_gauge(std::vector<gauge>& in, std::string_view name, const std::string& value);

} // namespace tokenledger::ctl
