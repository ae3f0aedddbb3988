// Reads single samples; ignores labels except for the version.
#include "screen/gauges.hpp"

#include <algorithm>
#include <array>

namespace tokenledger::ctl {

namespace {

struct choice {
    std::string_view name;
    std::string_view label;
    std::string_view fine{}; // any other value is bad; empty: none is
};

constexpr std::array choices{choice{"tokenledger_build_info", "version"},
                             choice{"tokenledger_database_up", "database up", "1"},
                             choice{"tokenledger_queue_depth", "queue depth"},
                             choice{"tokenledger_events_parked", "events parked", "0"},
                             choice{"tokenledger_events_waiting", "events waiting"}};

std::string_view version_of(std::string_view labels) {
    constexpr std::string_view name = "version=\"";
    const std::size_t begin = labels.find(name);
    if (begin == std::string_view::npos)
        return {};
    labels.remove_prefix(begin + name.size());
    return labels.substr(0, labels.find('"'));
}

} // namespace

std::vector<gauge> chosen_gauges(std::string_view metrics) {
    std::vector<gauge> found;
    for (const choice& each : choices) {
        for (std::string_view rest = metrics; !rest.empty();) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::string_view line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            const std::size_t name_end = line.find_first_of("{ ");
            const std::size_t blank = line.rfind(' ');
            if (blank == std::string_view::npos || line.substr(0, name_end) != each.name)
                continue;
            std::string_view value = line.substr(blank + 1);
            if (each.label == "version")
                value = version_of(line.substr(name_end, blank - name_end));
            found.push_back({.name = std::string(each.name),
                             .label = std::string(each.label),
                             .value = std::string(value),
                             .is_bad = !each.fine.empty() && value != each.fine});
            break;
        }
    }
    return found;
}

void set_gauge(std::vector<gauge>& in, std::string_view name, const std::string& value) {
    for (const choice& each : choices) {
        if (each.name != name)
            continue;
        const auto at =
            std::find_if(in.begin(), in.end(), [&](const gauge& one) { return one.name == name; });
        gauge& made = at == in.end() ? in.emplace_back() : *at;
        made = {.name = std::string(name),
                .label = std::string(each.label),
                .value = value,
                .is_bad = !each.fine.empty() && value != each.fine};
    }
}

} // namespace tokenledger::ctl
