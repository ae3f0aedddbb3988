// The values of /metrics that `status` shows.
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

// Reads the gauges that exist in Prometheus text (version 0.0.4).
[[nodiscard]] std::vector<gauge> chosen_gauges(std::string_view metrics);

// Replaces a value by one from another source. Empty: the value is unknown, which is bad for a gauge that has
// one good value.
void set_gauge(std::vector<gauge>& in, std::string_view name, const std::string& value);

} // namespace tokenledger::ctl
