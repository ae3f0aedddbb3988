// Operators' decisions on events: retry, dismiss, assign.
#include "admin/event_action.hpp"

#include "request/body_check.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace tokenledger::admin {

namespace {

enum class verb : std::uint8_t { retry, dismiss, assign };

// No default, so that a new call does not compile until it says whether it is a decision on an event.
std::optional<verb> verb_of(call what) noexcept {
    switch (what) {
    case call::retry:
        return verb::retry;
    case call::dismiss:
        return verb::dismiss;
    case call::assign:
        return verb::assign;
    case call::operation:
    case call::batch:
    case call::list:
    case call::account:
    case call::payment:
    case call::prove:
    case call::event:
    case call::usage_report:
    case call::transaction_report:
    case call::verify:
    case call::queue:
        return std::nullopt;
    }
    return std::nullopt;
}

problem wrong_field(std::string_view field, std::string detail) {
    return {.type = problem_type::invalid_field, .detail = std::move(detail), .field = std::string(field)};
}

// An assignment names tokens, or a pack and optionally a quantity.
std::optional<problem> check_worth(const event_action& made, const json_value& root) {
    if (!root.member("tokens") && made.pack.empty())
        return problem{.type = problem_type::missing_field,
                       .detail = "`tokens` or `pack` is required: what the whole payment is worth.",
                       .field = "tokens"};
    if (root.member("tokens") && !made.pack.empty())
        return wrong_field("pack", "Send `tokens` or `pack`, not both.");
    if (root.member("quantity") && made.pack.empty())
        return wrong_field("quantity", "`quantity` needs `pack`, which is missing.");
    if (made.quantity > max_quantity)
        return wrong_field("quantity",
                           "`quantity` must be an integer from 1 to " + std::to_string(max_quantity) + ".");
    return std::nullopt;
}

ledger::assign_event assignment_of(const event_action& asked, const ledger::event_view& stored,
                                   const std::string& payment,
                                   const std::optional<ledger::stripe_command>& today) {
    ledger::assign_event made{.event_id = stored.event_id,
                              .user_id = asked.user_id,
                              .tokens = asked.tokens,
                              .reason = asked.reason,
                              .payment_intent_id = payment,
                              .amount_cents = 0,
                              .currency = {},
                              .amount_requested_cents = 0};
    if (const auto* paid = today ? std::get_if<ledger::purchase>(&today->effect) : nullptr) {
        made.amount_cents = paid->amount_cents;
        made.currency = paid->currency;
        made.amount_requested_cents = paid->amount_requested_cents;
    }
    return made;
}

} // namespace

bool is_event_action(call what) noexcept {
    return verb_of(what).has_value();
}

std::variant<event_action, problem> translate_event_action(const resolved_call& what, std::string_view body,
                                                           const allowance& allowed) {
    event_action made{.what = what.route->call, .event_id = what.parameter};
    if (made.what == call::retry && body.empty())
        return made;
    const json_tree tree(body, unrepresentable_json::refuse);
    const auto check = [&](const json_value& root) {
        return check_body(root, fields_of(*what.route), std::nullopt);
    };
    if (tree.error() == json_error::unrepresentable)
        return unrepresentable_body(check(json_tree(body, unrepresentable_json::repair).root()));
    const json_value root = tree.root();
    if (root.kind() != json_kind::object)
        return malformed_body(tree.error());
    if (auto wrong = check(root))
        return std::move(*wrong);
    made.user_id = root.member("user_id").string().value_or("");
    made.tokens = root.member("tokens").integer().value_or(0);
    made.pack = root.member("pack").string().value_or("");
    made.quantity = root.member("quantity").integer().value_or(1);
    made.reason = root.member("reason").string().value_or("");
    made.max_tokens = allowed.max_tokens_per_request;
    if (made.what == call::assign) {
        if (auto wrong = check_worth(made, root))
            return std::move(*wrong);
    }
    if (made.tokens > allowed.max_tokens_per_request)
        return over_token_limit(allowed.max_tokens_per_request);
    return made;
}

ledger::operation complete(const event_action& asked, const ledger::event_view& stored,
                           const std::optional<ledger::stripe_command>& today) {
    const std::string& payment = today ? today->event.payment_intent_id : stored.payment_intent_id;
    switch (verb_of(asked.what).value()) { // std::bad_optional_access: is_event_action() was not asked
    case verb::dismiss:
        return ledger::dismiss_event{.event_id = stored.event_id,
                                     .payment_intent_id = stored.payment_intent_id,
                                     .reason = asked.reason};
    case verb::retry:
        return ledger::retry_event{.event_id = stored.event_id,
                                   .payment_intent_id = payment,
                                   .effect = today ? today->effect : ledger::ignore_event{}};
    case verb::assign:
        break;
    }
    return assignment_of(asked, stored, payment, today);
}

std::optional<problem> resolve_pack(ledger::operation& made, const event_action& asked,
                                    const named_pack& found) {
    if (found.tokens > asked.max_tokens)
        return over_token_limit(asked.max_tokens);
    auto& assigned = std::get<ledger::assign_event>(made);
    assigned.catalog = found.catalog;
    assigned.pack = asked.pack;
    assigned.quantity = asked.quantity;
    assigned.tokens = found.tokens;
    assigned.lifetime = found.lifetime;
    return std::nullopt;
}

} // namespace tokenledger::admin
