// verify and status: are the books right, is the daemon well?
#include "commands.hpp"
#include "gauges.hpp"
#include "postings.hpp"
#include "screen_text.hpp"

#include "json/writer.hpp"

#include <iostream>

namespace tokenledger::ctl {

namespace {

// The members of an object in a line: "user_id user_1, balance 5".
std::string in_words(json_value object) {
    std::string out;
    for (auto each = object.first(); each; each = each.next()) {
        std::string value = text_of(each);
        if (each.kind() == json_kind::number)
            value = visible(each.raw_number());
        else if (const auto truth = each.boolean())
            value = *truth ? "yes" : "no";
        else if (each.kind() == json_kind::object || each.kind() == json_kind::array)
            value = "(" + in_words(each) + ")";
        const std::string name = visible(each.name());
        out += (out.empty() ? "" : ", ") + name + (name.empty() ? "" : " ") + value;
    }
    return out;
}

std::string first_line(std::string_view text) {
    return visible(text.substr(0, text.find('\n')));
}

} // namespace

int verify(const context& in) {
    if (in.at.err)
        std::cerr << "recomputing every balance and chain from the rows ..." << std::endl;
    const answer got = get(in, target("/v1/verify"), problems::said, verify_timeout_s);
    if (!got.ok())
        return got.exit_code;
    const json_value found = got.root().member("discrepancies");
    if (found.kind() != json_kind::array) {
        complain(in, "the daemon's answer names no discrepancies, so nothing is proved");
        return exit_refused;
    }
    std::int64_t count = 0;
    for (auto each = found.first(); each; each = each.next())
        ++count;
    const int exit_code = count == 0 ? exit_done : exit_refused;
    if (in.common.json) {
        print_json(got);
        return exit_code;
    }
    for (auto each = found.first(); each; each = each.next()) {
        const std::string words = each.kind() == json_kind::object ? in_words(each) : text_of(each);
        std::cout << painted("discrepancy:", tone::bad, in.at.screen.colour) << ' ' << words << '\n';
    }
    std::vector<std::pair<std::string, cell>> lines;
    for (auto each = got.root().member("totals").first(); each; each = each.next()) {
        const bool nested = each.kind() == json_kind::object || each.kind() == json_kind::array;
        lines.emplace_back(visible(each.name()), cell{.text = nested ? in_words(each) : number_of(each)});
    }
    std::cout << pairs(lines, in.at.screen)
              << (count == 0 ? painted("the books are right", tone::good, in.at.screen.colour)
                             : painted(grouped(count) + (count == 1 ? " discrepancy" : " discrepancies"),
                                       tone::bad, in.at.screen.colour))
              << '\n';
    return exit_code;
}

int status(const context& in) {
    const answer health = get(in, target("/healthz"));
    if (!health.ok())
        return health.exit_code;
    const answer ready = get(in, target("/readyz"), problems::left_to_caller);
    if (ready.status == 0)
        return ready.exit_code;
    const answer metrics = get(in, target("/metrics"));
    if (!metrics.ok())
        return metrics.exit_code;
    const bool is_ready = ready.status < 300;
    const auto gauges = chosen_gauges(metrics.body);
    if (in.common.json) {
        json_writer out;
        out.begin_object().member("health", first_line(health.body)).member("ready", is_ready);
        out.member("readiness", first_line(ready.body)).key("metrics").begin_object();
        for (const gauge& each : gauges)
            out.key(each.name).string(each.value);
        out.end_object().end_object();
        std::cout << out.text() << '\n';
        return is_ready ? exit_done : exit_refused;
    }
    std::vector<std::pair<std::string, cell>> lines{
        {"health", {.text = first_line(health.body), .how = tone::good}},
        {"readiness", {.text = first_line(ready.body), .how = is_ready ? tone::good : tone::bad}}};
    for (const gauge& each : gauges)
        lines.emplace_back(each.label,
                           cell{.text = visible(each.value), .how = each.is_bad ? tone::bad : tone::plain});
    std::cout << pairs(lines, in.at.screen);
    return is_ready ? exit_done : exit_refused;
}

} // namespace tokenledger::ctl
