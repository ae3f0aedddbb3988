// Requests of the admin socket for tests: arguments for the fields that matter, defaults for the rest.
#pragma once

#include "ledger/command.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

inline constexpr std::int64_t operator_uid = 1000;

inline ledger::grant granting(std::string user, std::int64_t tokens) {
    ledger::grant made;
    made.user_id = std::move(user);
    made.tokens = tokens;
    made.reason = "because";
    return made;
}

inline ledger::grant granting(std::string user, std::int64_t tokens, ledger::grant_source source,
                              std::string reference) {
    ledger::grant made = granting(std::move(user), tokens);
    made.source = source;
    made.reference = std::move(reference);
    return made;
}

inline ledger::deduction deducting(std::string user, std::int64_t tokens, bool allow_negative = false) {
    ledger::deduction made;
    made.user_id = std::move(user);
    made.tokens = tokens;
    made.allow_negative = allow_negative;
    return made;
}

inline ledger::transfer moving(std::string from, std::string to, std::int64_t tokens) {
    ledger::transfer made;
    made.from = std::move(from);
    made.to = std::move(to);
    made.tokens = tokens;
    return made;
}

inline ledger::usage using_up(std::string request, std::string user, std::int64_t charge) {
    ledger::usage made;
    made.request_id = std::move(request);
    made.user_id = std::move(user);
    made.action_type = "chat_conversation";
    made.model_used = "a-model";
    made.tokens_used = 321;
    made.input_tokens = 300;
    made.output_tokens = 21;
    made.cost_estimate = "0.0123456789";
    made.charge = charge;
    return made;
}

inline ledger::command request(std::string key, std::vector<ledger::operation> operations) {
    return ledger::admin_command{
        .idempotency_key = std::move(key), .actor = operator_uid, .operations = std::move(operations)};
}

inline ledger::reversal reversing(std::string request, std::string user,
                                  std::optional<std::int64_t> tokens = std::nullopt) {
    return {.request_id = std::move(request), .user_id = std::move(user), .tokens = tokens, .reason = {}};
}

inline ledger::grant granting_until(std::string user, std::int64_t tokens,
                                    std::optional<std::int64_t> expires_at_us) {
    ledger::grant made = granting(std::move(user), tokens);
    made.expires_at_us = expires_at_us;
    return made;
}

inline ledger::hold holding(std::string id, std::string user, std::int64_t tokens,
                            std::optional<std::int64_t> timeout_seconds = std::nullopt) {
    ledger::hold made;
    made.hold_id = std::move(id);
    made.user_id = std::move(user);
    made.tokens = tokens;
    made.timeout_seconds = timeout_seconds;
    return made;
}

inline ledger::capture capturing(std::string id, std::string user, std::int64_t tokens,
                                 bool allow_negative = false) {
    ledger::capture made;
    made.hold_id = std::move(id);
    made.user_id = std::move(user);
    made.tokens = tokens;
    made.allow_negative = allow_negative;
    return made;
}

// An operation with a key of its own that is the whole request.
inline ledger::command lone(ledger::operation what) {
    return request("", {std::move(what)});
}

// A usage that is the whole request: its request_id is the key.
inline ledger::command lone_usage(ledger::usage what) {
    return request("", {std::move(what)});
}

inline ledger::command lone_reversal(ledger::reversal what) {
    return request("", {std::move(what)});
}

} // namespace tokenledger::test
