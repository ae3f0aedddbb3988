// Checks and reads the parameters of queries.
#include "request/parameters.hpp"

#include "base/nearest.hpp"
#include "base/time.hpp"

#include "admin/fields.hpp"
#include "admin/query.hpp"

#include "base/text.hpp"
#include "ledger/names.hpp"

#include <algorithm>
#include <charconv>

namespace tokenledger::admin {

namespace {

std::optional<std::int64_t> integer(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stopped == end ? std::optional{value} : std::nullopt;
}

} // namespace

parameters::parameters(const resolved_call& of) : given_(of.query) {
    const auto known = parameters_of(*of.route);
    for (std::size_t i = 0; i < given_.size() && !wrong_; ++i) {
        const auto& [name, value] = given_[i];
        const auto same = [&name = name](const auto& other) { return other.first == name; };
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const std::string_view nearest = base::nearest_to(name, known);
            wrong_ = problem{.type = problem_type::unknown_parameter,
                             .detail = base::unknown_name("parameter", name, nearest, known),
                             .field = name,
                             .nearest = std::string(nearest)};
        } else if (std::count_if(given_.begin(), given_.end(), same) > 1) {
            refuse(name, "must appear once");
        } else if (value.empty()) {
            refuse(name, "is empty: leave it out, or give a value");
        }
    }
}

void parameters::refuse(std::string_view name, std::string_view must) {
    if (!wrong_)
        wrong_ = problem{.type = problem_type::invalid_parameter,
                         .detail = base::quoted(name) + " " + std::string(must) + ".",
                         .field = std::string(name)};
}

std::optional<std::string_view> parameters::find(std::string_view name) const {
    for (const auto& [key, value] : given_) {
        if (key == name)
            return value;
    }
    return std::nullopt;
}

std::string parameters::identifier(std::string_view name) {
    const auto text = find(name);
    if (text && !base::is_identifier(*text))
        refuse(name, "must have 1 to 255 bytes of well-formed UTF-8 without NUL");
    return std::string(text.value_or(""));
}

std::optional<ledger::transaction_type> parameters::type() {
    return ledger::value_of<ledger::transaction_type>(one_of("type", ledger::transaction_type_names()));
}

std::optional<ledger::source> parameters::source() {
    return ledger::value_of<ledger::source>(one_of("source", ledger::source_names()));
}

std::optional<std::int64_t> parameters::actor() {
    const auto text = find("actor");
    if (!text)
        return std::nullopt;
    const auto uid = integer(*text);
    if (!uid || *uid < 0 || *uid > max_actor)
        refuse("actor", "must be a uid, from 0 to " + std::to_string(max_actor));
    return uid;
}

std::optional<std::int64_t> parameters::time(std::string_view name) {
    const auto text = find(name);
    if (!text)
        return std::nullopt;
    const auto us = base::parse_time(*text);
    if (!us)
        refuse(name, "must be a time such as 2026-11-22T18:30:00Z, or a day such as 2026-11-22");
    return us;
}

ledger::period parameters::period() {
    return {.from_us = time("from"), .to_us = time("to")};
}

ledger::page_request parameters::page() {
    ledger::page_request made;
    if (const auto limit = find("limit")) {
        const auto rows = integer(*limit);
        if (!rows || *rows < 1 || *rows > static_cast<std::int64_t>(ledger::max_page_limit))
            refuse("limit", "must be from 1 to " + std::to_string(ledger::max_page_limit));
        else
            made.limit = static_cast<std::size_t>(*rows);
    }
    made.cursor = find("cursor").value_or("");
    const std::string_view order = find("order").value_or("newest_first");
    if (order == "oldest_first")
        made.order = ledger::page_order::oldest_first;
    else if (order != "newest_first")
        refuse("order", "must be newest_first or oldest_first");
    return made;
}

ledger::report_span parameters::span() {
    const std::string_view text = find("span").value_or("whole");
    if (text != "whole" && text != "day")
        refuse("span", "must be whole or day");
    return text == "day" ? ledger::report_span::day : ledger::report_span::whole;
}

std::string parameters::time_zone() {
    const std::string name = identifier("time_zone");
    if (!name.empty() && find("span").value_or("whole") != "day")
        refuse("time_zone", "is allowed only with span=day");
    return name.empty() ? "UTC" : name;
}

std::string parameters::one_of(std::string_view name, std::span<const std::string_view> known) {
    const std::string_view text = find(name).value_or("");
    if (text.empty() || std::find(known.begin(), known.end(), text) != known.end())
        return std::string(text);
    if (wrong_)
        return {};
    const std::string_view nearest = base::nearest_to(text, known);
    wrong_ = problem{.type = problem_type::invalid_parameter,
                     .detail = base::unknown_name("`" + std::string(name) + "`", text, nearest, known),
                     .field = std::string(name),
                     .nearest = std::string(nearest)};
    return {};
}

std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>> parameters::time_or_sequence() {
    const auto text = find("at");
    if (!text)
        return {};
    if (const auto sequence = integer(*text); sequence && *sequence >= 1)
        return {std::nullopt, sequence};
    if (const auto us = base::parse_time(*text))
        return {us, std::nullopt};
    refuse("at", "must be a time such as 2026-11-22T18:30:00Z, or a sequence from 1");
    return {};
}

} // namespace tokenledger::admin
