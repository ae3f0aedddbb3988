// Requests of the admin API for tests, and their problems.
#pragma once

#include "admin/reply.hpp"
#include "admin/route.hpp"
#include "admin/translate.hpp"

#include "json/tree.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace tokenledger::test {

inline constexpr std::int64_t caller_uid = 1001;

inline admin::allowance everything() {
    return {};
}

inline admin::allowance only(admin::permit one) {
    return {.permits = {one}};
}

// "slug status" of a problem, and of one item "slug status #item"; "ok" for everything else.
template <class Good>
std::string verdict(const std::variant<Good, admin::problem>& what) {
    const auto* wrong = std::get_if<admin::problem>(&what);
    if (wrong == nullptr)
        return "ok";
    const admin::problem_kind& kind = admin::kind_of(wrong->type);
    std::string text = std::string(kind.slug) + " " + std::to_string(kind.status);
    return wrong->item ? text + " #" + std::to_string(*wrong->item) : text;
}

inline constexpr std::string_view batch = "batch";

// The route of an operation or the batch.
inline const admin::route& route_named(std::string_view name) {
    for (const admin::route& each : admin::routes()) {
        if (name == batch ? each.call == admin::call::batch : !name.empty() && each.name == name)
            return each;
    }
    throw std::logic_error("no route is named " + std::string(name));
}

// What stands in the path where its pattern has a parameter.
inline constexpr std::string_view in_path = "req-in-path";

inline std::variant<ledger::admin_command, admin::problem>
translated(std::string_view name, std::string_view body, const admin::allowance& allowed = everything()) {
    const admin::route& what = route_named(name);
    return admin::translate({.route = &what, .parameter = std::string(in_path)},
                            what.key == admin::key_place::body ? "" : "key-1", body, caller_uid, allowed);
}

template <class Operation>
Operation only_operation(const std::variant<ledger::admin_command, admin::problem>& from) {
    BOOST_REQUIRE_EQUAL(verdict(from), "ok");
    const auto& made = std::get<ledger::admin_command>(from);
    BOOST_REQUIRE_EQUAL(made.operations.size(), 1U);
    return std::get<Operation>(made.operations.front());
}

// Fails if there is none, or one without detail.
template <class Good>
admin::problem problem_of(const std::variant<Good, admin::problem>& what) {
    const auto* wrong = std::get_if<admin::problem>(&what);
    BOOST_REQUIRE(wrong != nullptr);
    BOOST_TEST(!wrong->detail.empty());
    return *wrong;
}

inline bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace tokenledger::test
