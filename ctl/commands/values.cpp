// Lists of values, and questions to the daemon about those that come from data.
#include "commands/values.hpp"

#include "command_line/unknown_word.hpp"
#include "webhook/event_types.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

namespace tokenledger::ctl {

namespace {

constexpr auto handled = [] {
    std::array<std::string_view, webhook::event_types.size()> names{};
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = webhook::event_types[i].name;
    return names;
}();

void say_unknown(const context& in, std::string title) {
    complain(in, complaint{.type = "unknown_value", .title = std::move(title)});
}

// True if `value` is set and no row has it under `name`.
bool is_unknown(const context& in, const answer& sums, std::string_view name, const std::string& value,
                const std::string& what) {
    std::set<std::string> there;
    for (auto each = sums.root().member("rows").first(); each; each = each.next())
        there.emplace(each.member(name).string().value_or(""));
    there.erase("");
    if (value.empty() || there.contains(value))
        return false;
    say_unknown(in, unknown_word(value, what, std::vector<std::string>(there.begin(), there.end())));
    return true;
}

} // namespace

std::span<const std::string_view> handled_event_types() noexcept {
    return handled;
}

bool asks_for_unknown_usage(const context& in, const list_options& what) {
    if (what.action.empty() && what.model.empty())
        return false;
    // Looks at all stored usage, of all users and times. If that fails, returns false.
    const answer sums = get(in, request_path(admin::call::usage_report), problems::left_to_caller);
    return sums.ok() &&
           (is_unknown(in, sums, "model_used", what.model, "the model of no usage that is kept") ||
            is_unknown(in, sums, "action_type", what.action, "the action of no usage that is kept"));
}

bool asks_for_unknown_event_type(const context& in, const list_options& what) {
    if (what.type.empty() || std::find(handled.begin(), handled.end(), what.type) != handled.end())
        return false;
    const answer found =
        get(in, request_path::of_list("events").parameter("type", what.type).parameter("limit", "1"),
            problems::left_to_caller);
    if (!found.ok() || found.root().member("rows").first())
        return false;
    say_unknown(in, unknown_word(what.type, "the type of no event that is stored, and none that is acted on",
                                 std::vector<std::string>(handled.begin(), handled.end())));
    return true;
}

} // namespace tokenledger::ctl
