// verify and status.
#include "commands/commands.hpp"
#include "screen/cells.hpp"
#include "screen/gauges.hpp"
#include "screen/text.hpp"

#include "json/writer.hpp"

#include <iostream>

namespace tokenledger::ctl {

namespace {

std::string first_line(std::string_view text) {
    return visible(text.substr(0, text.find('\n')));
}

// The gauges are up to five seconds old, so the queue is counted by a query. False: the query failed.
bool count_queue(const context& in, bool is_ready, std::vector<gauge>& gauges) {
    const answer queue = is_ready ? get(in, request_path(admin::call::queue), problems::left_to_caller)
                                  : answer{.exit_code = exit_refused};
    if (queue.status == 404)
        return true; // an older daemon without this call: use its gauges
    for (const std::string name : {"parked", "waiting"}) {
        const auto count = queue.ok() ? queue.root().member(name).integer() : std::nullopt;
        set_gauge(gauges, "tokenledger_events_" + name, count ? std::to_string(*count) : "");
    }
    return queue.ok();
}

} // namespace

int verify(const context& in) {
    if (in.at.err && !in.common.json)
        std::cerr << "recomputing every balance and chain from the rows ..." << std::endl;
    const answer got = get(in, request_path(admin::call::verify), problems::said, verify_timeout_s);
    if (!got.ok())
        return got.exit_code;
    const auto count = got.root().member("discrepancies").integer();
    if (!count) {
        complain(in, "the daemon's answer counts no discrepancies, so nothing is proved");
        return exit_refused;
    }
    const int exit_code = *count == 0 ? exit_done : exit_refused;
    if (in.common.json) {
        print_json(got);
        return exit_code;
    }
    const view& how = in.at.screen;
    std::int64_t shown = 0;
    for (auto each = got.root().member("shown").first(); each; each = each.next(), ++shown)
        std::cout << painted("discrepancy", tone::bad, how.colour) << ": " << in_words(each) << '\n';
    if (shown < *count)
        std::cout << "and " << grouped(*count - shown) << " more: tokenledgerd verify\n";
    std::vector<std::pair<std::string, cell>> lines;
    for (auto each = got.root().first(); each; each = each.next()) {
        if (each.kind() == json_kind::number)
            lines.emplace_back(visible(each.name()), cell{.text = number_of(each)});
    }
    std::cout << pairs(lines, how)
              << (*count == 0 ? painted("the books are right", tone::good, how.colour)
                              : painted("the books are not right", tone::bad, how.colour))
              << '\n';
    return exit_code;
}

int status(const context& in) {
    const answer health = get(in, request_path::of_monitoring(admin::health_path));
    if (!health.ok())
        return health.exit_code;
    const answer ready = get(in, request_path::of_monitoring(admin::ready_path), problems::left_to_caller);
    if (ready.status == 0)
        return ready.exit_code;
    const answer metrics = get(in, request_path::of_monitoring(admin::metrics_path));
    if (!metrics.ok())
        return metrics.exit_code;
    const bool is_ready = ready.status < 300;
    auto gauges = chosen_gauges(metrics.body);
    const bool is_well = count_queue(in, is_ready, gauges) && is_ready;
    if (in.common.json) {
        json_writer out;
        out.begin_object().member("health", first_line(health.body)).member("ready", is_ready);
        out.member("readiness", first_line(ready.body)).key("metrics").begin_object();
        for (const gauge& each : gauges)
            out.member_if(each.name, each.value);
        out.end_object().end_object();
        std::cout << out.text() << '\n';
        return is_well ? exit_done : exit_refused;
    }
    std::vector<std::pair<std::string, cell>> lines{
        {"health", {.text = first_line(health.body), .how = tone::good}},
        {"readiness", {.text = first_line(ready.body), .how = is_ready ? tone::good : tone::bad}}};
    for (const gauge& each : gauges)
        lines.emplace_back(each.label, cell{.text = each.value.empty() ? "not known" : visible(each.value),
                                            .how = each.is_bad ? tone::bad : tone::plain});
    std::cout << pairs(lines, in.at.screen);
    return is_well ? exit_done : exit_refused;
}

} // namespace tokenledger::ctl
