// The table of calls, and the search in it.
#include "admin/route.hpp"

#include "api/target.hpp"
#include "base/nearest.hpp"

#include "base/text.hpp"

#include <array>
#include <optional>

namespace tokenledger::admin {

namespace {

constexpr std::array table{
    route{call::operation, "POST", "/v1/grants", permit::money, key_place::header, "grant"},
    route{call::operation, "POST", "/v1/deductions", permit::money, key_place::header, "deduction"},
    route{call::operation, "POST", "/v1/transfers", permit::money, key_place::header, "transfer"},
    route{call::operation, "POST", "/v1/usage", permit::usage, key_place::body, "usage"},
    route{call::operation, "POST", "/v1/usage/{request_id}/reverse", permit::usage, key_place::body,
          "reversal"},
    route{call::operation, "POST", "/v1/holds", permit::usage, key_place::body, "hold"},
    route{call::operation, "POST", "/v1/holds/{hold_id}/capture", permit::usage, key_place::body, "capture"},
    route{call::operation, "POST", "/v1/holds/{hold_id}/release", permit::usage, key_place::body, "release"},
    route{call::operation, "POST", "/v1/holds/{hold_id}/extend", permit::usage, key_place::header, "extend"},
    route{call::operation, "PUT", "/v1/accounts/{user_id}/limits", permit::money, key_place::header, "limit"},
    route{call::batch, "POST", "/v1/batch", permit::usage, key_place::header},
    route{call::account, "GET", "/v1/accounts/{user_id}", permit::read, key_place::none},
    route{call::list, "GET", "/v1/transactions", permit::read, key_place::none, "transactions"},
    route{call::list, "GET", "/v1/purchases", permit::read, key_place::none, "purchases"},
    route{call::list, "GET", "/v1/usage", permit::read, key_place::none, "usage"},
    route{call::list, "GET", "/v1/holds", permit::read, key_place::none, "holds"},
    route{call::list, "GET", "/v1/activity", permit::read, key_place::none, "activity"},
    route{call::payment, "GET", "/v1/payments/{stripe_payment_intent_id}", permit::read, key_place::none},
    route{call::prove, "GET", "/v1/payments/{stripe_payment_intent_id}/prove", permit::read, key_place::none},
    route{call::list, "GET", "/v1/events", permit::read, key_place::none, "events"},
    route{call::event, "GET", "/v1/events/{event_id}", permit::read, key_place::none},
    route{call::retry, "POST", "/v1/events/{event_id}/retry", permit::operate, key_place::header},
    route{call::dismiss, "POST", "/v1/events/{event_id}/dismiss", permit::operate, key_place::header},
    route{call::assign, "POST", "/v1/events/{event_id}/assign", permit::operate, key_place::header},
    route{call::usage_report, "GET", "/v1/reports/usage", permit::read, key_place::none},
    route{call::transaction_report, "GET", "/v1/reports/transactions", permit::read, key_place::none},
    route{call::queue, "GET", "/v1/queue", permit::read, key_place::none},
    route{call::verify, "GET", "/v1/verify", permit::read, key_place::none},
};

constexpr std::string_view get = "GET";

// nullopt: the path does not match the pattern. Otherwise the parameter, empty if the pattern has none.
std::optional<std::string> match(std::string_view pattern, const std::vector<std::string>& path) {
    std::string parameter;
    for (const std::string& segment : path) {
        if (pattern.empty())
            return std::nullopt;
        pattern.remove_prefix(1); // its slash
        const std::string_view expected = pattern.substr(0, pattern.find('/'));
        pattern.remove_prefix(expected.size());
        if (expected.starts_with('{'))
            parameter = segment;
        else if (expected != segment)
            return std::nullopt;
    }
    return pattern.empty() ? std::optional{std::move(parameter)} : std::nullopt;
}

bool answers(const route& each, std::string_view method) {
    return each.method == method || (each.method == get && method == "HEAD");
}

problem no_such_call() {
    std::string known;
    for (const route& each : table)
        known += (known.empty() ? "" : ", ") + std::string(each.method) + " " + std::string(each.pattern);
    return {.type = problem_type::not_found,
            .detail = "The calls are: " + known + ". docs/openapi.json describes them."};
}

problem wrong_method(std::string allow) {
    return {.type = problem_type::method_not_allowed,
            .detail = "This path takes " + allow + ".",
            .allow = std::move(allow)};
}

bool permitted(const route& what, permit_set permits) {
    return permits.contains(what.needs) || (what.call == call::batch && permits.contains(permit::money));
}

std::optional<problem> check_key(const route& what, const std::vector<std::string_view>& keys) {
    using enum problem_type;
    if (what.key != key_place::header) {
        if (keys.empty() || what.key == key_place::none)
            return std::nullopt;
        return problem{.type = idempotency_key_unexpected,
                       .detail = "The key of this call is its request_id or hold_id. Leave the "
                                 "Idempotency-Key out."};
    }
    if (keys.empty())
        return problem{.type = idempotency_key_missing,
                       .detail =
                           "Send an Idempotency-Key of 1 to 255 bytes, a UUID for example, and the same one "
                           "if you send the request again: it then takes effect once."};
    if (keys.size() > 1)
        return problem{.type = idempotency_key_invalid, .detail = "Send one Idempotency-Key, not several."};
    if (!base::is_identifier(keys.front()))
        return problem{.type = idempotency_key_invalid,
                       .detail = "An Idempotency-Key has 1 to 255 bytes of well-formed UTF-8; this one has " +
                                 std::to_string(keys.front().size()) + "."};
    return std::nullopt;
}

} // namespace

std::span<const route> routes() noexcept {
    return table;
}

const route* route_of(std::string_view operation) noexcept {
    for (const route& each : table) {
        if (each.call == call::operation && each.name == operation)
            return &each;
    }
    return nullptr;
}

problem lacks_permit(permit needed) {
    return {.type = problem_type::permit_missing,
            .detail = "The call needs the permit `" + std::string(to_string(needed)) +
                      "`, which the listener of this socket does not give. Use another socket, or add it to "
                      "`permits` of its [[admin.listener]]."};
}

std::variant<resolved_call, problem> resolve(const request_head& head, permit_set permits) {
    auto parts = split_target(head.target);
    if (!parts)
        return problem{.type = problem_type::malformed_target,
                       .detail =
                           "Give a path that begins with a slash, and percent-encode what is no letter or "
                           "digit in a user id: a%2Fb for a/b, 100%25 for 100%."};
    resolved_call found;
    std::string allow;
    for (const route& each : table) {
        auto parameter = match(each.pattern, parts->path);
        if (!parameter)
            continue;
        allow += (allow.empty() ? "" : ", ") + std::string(each.method);
        if (each.method == get)
            allow += ", HEAD";
        if (answers(each, head.method)) {
            found.route = &each;
            found.parameter = std::move(*parameter);
        }
    }
    if (allow.empty())
        return no_such_call();
    if (found.route == nullptr)
        return wrong_method(std::move(allow));
    if (found.route->pattern.find('{') != std::string_view::npos && !base::is_identifier(found.parameter))
        return problem{.type = problem_type::malformed_target,
                       .detail = "An id in a path has 1 to 255 bytes of well-formed UTF-8 without NUL, "
                                 "percent-encoded."};
    if (!permitted(*found.route, permits))
        return lacks_permit(found.route->needs);
    if (auto wrong = check_key(*found.route, head.idempotency_keys))
        return std::move(*wrong);
    found.query = std::move(parts->query);
    return found;
}

} // namespace tokenledger::admin
