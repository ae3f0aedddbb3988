// Retry, dismiss, assign.
#include "admin/action.hpp"

#include "body_check.hpp"

namespace tokenledger::admin {

bool is_action(call what) noexcept {
    return what == call::retry || what == call::dismiss || what == call::assign;
}

std::variant<event_action, problem> translate_action(const target& what, std::string_view body,
                                                     const allowance& allowed) {
    event_action made{.what = what.route->call, .event_id = what.parameter};
    if (made.what == call::retry && body.empty())
        return made;
    const json_tree tree(body, unrepresentable_json::refuse);
    const auto check = [&](const json_value& root) {
        return check_body(root, fields_of(made.what), std::nullopt);
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
    made.reason = root.member("reason").string().value_or("");
    if (made.tokens > allowed.max_tokens_per_request)
        return over_token_limit(allowed.max_tokens_per_request);
    return made;
}

ledger::operation complete(const event_action& asked, const ledger::event_view& stored,
                           const std::optional<ledger::stripe_command>& today) {
    const std::string& payment = today ? today->event.payment_intent_id : stored.payment_intent_id;
    if (asked.what == call::dismiss)
        return ledger::dismiss_event{.event_id = stored.event_id,
                                     .payment_intent_id = stored.payment_intent_id,
                                     .reason = asked.reason};
    if (asked.what == call::retry)
        return ledger::retry_event{.event_id = stored.event_id,
                                   .payment_intent_id = payment,
                                   .effect = today ? today->effect : ledger::ignore_event{}};
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

} // namespace tokenledger::admin
