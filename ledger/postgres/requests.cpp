// Keys are read scope by scope, so that each lookup uses one index; their postings are read from the
// transactions themselves.
#include "postgres/requests.hpp"

#include "base/hex.hpp"
#include "codec/command.hpp"
#include "pg/parameters.hpp"
#include "postgres/lots.hpp"
#include "postgres/names.hpp"
#include "postgres/spending.hpp"

#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tokenledger::ledger {

namespace {

// A column of tokens that is NULL where there are none.
std::optional<std::int64_t> if_any(std::int64_t tokens) {
    return tokens != 0 ? std::optional(tokens) : std::nullopt;
}

constexpr std::string_view write_keys = R"sql(
INSERT INTO tokenledger.idempotency_keys (scope, key, command_hash, actor, command, posted_user_ids, posted_sequences,
       created_at, uncovered_tokens)
SELECT scope, key, decode(hash, 'hex'), actor, decode(command, 'hex'), users::text[], sequences::bigint[],
       timestamptz 'epoch' + at_us * interval '1 microsecond', uncovered
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[],
              $9::bigint[])
    AS given (scope, key, hash, actor, command, users, sequences, at_us, uncovered)
    ON CONFLICT (scope, key) DO NOTHING
)sql";

void apply_keys(pg::connection& connection, const batch_plan& rows, std::span<const command> batch,
                std::int64_t now_us) {
    pg::array scope, key, hash, actor, encoded, users, sequences, at, uncovered;
    for (const key_row& row : rows.keys) {
        const auto& what = std::get<admin_command>(batch[row.command]);
        scope.add(to_string(row.id.scope));
        key.add(row.id.key);
        hash.add(base::to_hex(row.state.command_hash));
        actor.add(what.actor);
        if (row.of_command)
            encoded.add(base::to_hex(encode(what)));
        else
            encoded.add_null();
        pg::array posted_users, posted_sequences;
        for (const posting& each : row.state.posted) {
            posted_users.add(each.user_id);
            posted_sequences.add(each.sequence);
        }
        users.add(std::move(posted_users).finish());
        sequences.add(std::move(posted_sequences).finish());
        at.add(row.at_us != 0 ? row.at_us : now_us);
        uncovered.add(if_any(row.state.uncovered));
    }
    parameters columns;
    columns.add(std::move(scope), std::move(key), std::move(hash), std::move(actor), std::move(encoded),
                std::move(users), std::move(sequences), std::move(at), std::move(uncovered));
    const pg::rows written = connection.exec(std::string(write_keys), columns.values());
    check_count("idempotency_keys", static_cast<std::int64_t>(written.affected_rows()), rows.keys.size());
}

constexpr std::string_view write_usages = R"sql(
INSERT INTO tokenledger.token_usage (user_id, request_id, action_type, model_used, tokens_used, input_tokens,
       output_tokens, cost_estimate, charged_tokens, deduction_sequence, actor, created_at, cached_input_tokens,
       reasoning_tokens, member, occurred_at, uncovered_tokens, metadata)
SELECT user_id, request_id, action_type, model_used, tokens_used, input_tokens, output_tokens, cost::numeric,
       charged, sequence, actor, timestamptz 'epoch' + at_us * interval '1 microsecond', cached_input_tokens,
       reasoning_tokens, member, timestamptz 'epoch' + occurred_at_us * interval '1 microsecond', uncovered,
       metadata::json
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[],
              $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::text[],
              $16::bigint[], $17::bigint[], $18::text[])
    AS given (user_id, request_id, action_type, model_used, tokens_used, input_tokens, output_tokens, cost,
              charged, sequence, actor, at_us, cached_input_tokens, reasoning_tokens, member, occurred_at_us,
              uncovered, metadata)
)sql";

void apply_usages(pg::connection& connection, const batch_plan& rows, std::int64_t now_us) {
    pg::array user, request, action, model, tokens, input, output, cost, charged, sequence, actor, at;
    pg::array cached_input, reasoning, member, occurred, uncovered, metadata;
    for (const usage_row& row : rows.usages) {
        user.add(row.what->user_id);
        request.add(row.what->request_id);
        action.add(row.what->action_type);
        model.add_or_null(row.what->model_used);
        tokens.add(row.what->tokens_used);
        input.add(row.what->input_tokens);
        output.add(row.what->output_tokens);
        cost.add_or_null(row.what->cost_estimate);
        charged.add(row.charged_tokens);
        sequence.add(row.deduction_sequence);
        actor.add(row.actor);
        at.add(row.at_us != 0 ? row.at_us : now_us);
        cached_input.add(row.what->cached_input_tokens);
        reasoning.add(row.what->reasoning_tokens);
        member.add_or_null(row.what->member);
        occurred.add(row.what->occurred_at_us);
        uncovered.add(if_any(row.uncovered_tokens));
        metadata.add_or_null(row.what->metadata);
    }
    parameters columns;
    columns.add(std::move(user), std::move(request), std::move(action), std::move(model), std::move(tokens),
                std::move(input), std::move(output), std::move(cost), std::move(charged), std::move(sequence),
                std::move(actor), std::move(at), std::move(cached_input), std::move(reasoning),
                std::move(member), std::move(occurred), std::move(uncovered), std::move(metadata));
    const pg::rows written = connection.exec(std::string(write_usages), columns.values());
    check_count("token_usage", static_cast<std::int64_t>(written.affected_rows()), rows.usages.size());
}

constexpr std::string_view write_event_actions = R"sql(
INSERT INTO tokenledger.event_actions (event_id, idempotency_key, action, actor, reason, was, was_because, became,
       became_because, created_at)
SELECT event_id, key, action, actor, reason, was, was_because, became, became_because,
       timestamptz 'epoch' + at_us * interval '1 microsecond'
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::text[], $10::bigint[])
    AS given (event_id, key, action, actor, reason, was, was_because, became, became_because, at_us)
)sql";

struct event_action_text {
    std::string_view name;
    std::string_view reason;
};

struct text_of_event_action {
    event_action_text operator()(const retry_event&) const { return {"retry", {}}; }
    event_action_text operator()(const dismiss_event& one) const { return {"dismiss", one.reason}; }
    event_action_text operator()(const assign_event& one) const { return {"assign", one.reason}; }
    template <class Operation>
    requires(!event_action<Operation>) event_action_text operator()(const Operation&) const {
        throw std::logic_error("an operation that acts on no event was planned as one that does");
    }
};

// A retry has read an event that could not be read before: its row gets the name of its payment.
void name_payment(pg::connection& connection, const operation& what) {
    const std::string_view payment = payment_read_anew(what);
    if (payment.empty())
        return;
    const std::optional<std::string> values[] = {std::string(payment), std::string(event_acted_on(what))};
    connection.exec("UPDATE tokenledger.stripe_events SET payment_intent_id = $1"
                    " WHERE event_id = $2 AND payment_intent_id IS NULL",
                    values);
}

void apply_event_actions(pg::connection& connection, const batch_plan& rows, std::span<const command> batch,
                         std::int64_t now_us) {
    pg::array event, key, action, actor, why, was, was_because, became, became_because, at;
    for (const event_action_row& row : rows.event_actions) {
        const auto& what = std::get<admin_command>(batch[row.command]);
        const event_action_text text = std::visit(text_of_event_action(), what.operations.front());
        name_payment(connection, what.operations.front());
        event.add(event_acted_on(what.operations.front()));
        key.add(what.idempotency_key);
        action.add(text.name);
        actor.add(what.actor);
        why.add_or_null(text.reason);
        was.add(to_string(row.was.result));
        was_because.add_or_null(to_string(row.was.reason));
        became.add(to_string(row.became));
        became_because.add_or_null(to_string(row.became_because));
        at.add(row.at_us != 0 ? row.at_us : now_us);
    }
    parameters columns;
    columns.add(std::move(event), std::move(key), std::move(action), std::move(actor), std::move(why),
                std::move(was), std::move(was_because), std::move(became), std::move(became_because),
                std::move(at));
    const pg::rows written = connection.exec(std::string(write_event_actions), columns.values());
    check_count("event_actions", static_cast<std::int64_t>(written.affected_rows()),
                rows.event_actions.size());
}

} // namespace

std::string select_keys(std::span<const key_id> ids, std::vector<std::optional<std::string>>& parameters) {
    std::string sql;
    for (const key_scope scope : all_values<key_scope>()) {
        pg::array keys;
        bool any = false;
        for (const key_id& id : ids) {
            if (id.scope != scope)
                continue;
            keys.add(id.key);
            any = true;
        }
        if (!any)
            continue;
        parameters.emplace_back(std::move(keys).finish());
        sql += (sql.empty() ? "" : " UNION ALL ");
        sql += "SELECT k.scope, k.key, encode(k.command_hash, 'hex'), posted.place, posted.user_id, "
               "posted.sequence,"
               " t.transaction_type, t.source, t.token_amount, t.balance_after, a.became, a.became_because,"
               " k.uncovered_tokens"
               " FROM tokenledger.idempotency_keys k"
               " LEFT JOIN LATERAL unnest(k.posted_user_ids, k.posted_sequences) WITH ORDINALITY"
               " AS posted (user_id, sequence, place) ON true"
               " LEFT JOIN tokenledger.token_transactions t"
               " ON t.user_id = posted.user_id AND t.sequence = posted.sequence"
               " LEFT JOIN tokenledger.event_actions a ON k.scope = 'request' AND a.idempotency_key = k.key"
               " WHERE k.scope = '" +
               std::string(to_string(scope)) + "' AND k.key = ANY($" + std::to_string(parameters.size()) +
               "::text[])";
    }
    return "SELECT (extract(epoch FROM asked.at) * 1000000)::bigint, known.*"
           " FROM (SELECT clock_timestamp() AS at) AS asked LEFT JOIN (" +
           sql + ") AS known (scope, key, hash, place) ON true ORDER BY scope, key, place";
}

used_keys read_keys(const pg::rows& from) {
    used_keys known{.keys = {}, .asked_at_us = from.number(0, 0)};
    for (std::size_t row = 0; row < from.size(); ++row) {
        if (!from.get(row, 1))
            continue; // none of the keys was used
        key_state& state =
            known.keys[{value_named<key_scope>(from.text(row, 1)), std::string(from.text(row, 2))}];
        state.command_hash = base::from_hex(from.text(row, 3));
        if (from.get(row, 11)) {
            state.became = event_result_of(from.text(row, 11));
            state.became_because = reason_of(from.get(row, 12).value_or(""));
        }
        if (from.get(row, 13))
            state.uncovered = from.number(row, 13);
        if (from.get(row, 5))
            state.posted.push_back({.user_id = std::string(from.text(row, 5)),
                                    .sequence = from.number(row, 6),
                                    .type = type_of(from.text(row, 7)),
                                    .source = source_of(from.text(row, 8)),
                                    .token_amount = from.number(row, 9),
                                    .balance_after = from.number(row, 10)});
    }
    return known;
}

charge_map read_charges(pg::connection& connection, std::span<const usage_id> ids) {
    pg::array users, requests;
    for (const usage_id& id : ids) {
        users.add(id.user_id);
        requests.add(id.request_id);
    }
    parameters columns;
    columns.add(std::move(users), std::move(requests));
    const pg::rows found =
        connection.exec("SELECT u.user_id, u.request_id, u.charged_tokens, u.member,"
                        " (extract(epoch FROM u.created_at) * 1000000)::bigint," +
                            lots_of_row("u.user_id", "u.deduction_sequence") +
                            " FROM tokenledger.token_usage AS u"
                            " JOIN unnest($1::text[], $2::text[]) AS wanted (user_id, request_id)"
                            " USING (user_id, request_id)",
                        columns.values());
    charge_map charges;
    for (std::size_t row = 0; row < found.size(); ++row)
        charges.emplace(usage_id{std::string(found.text(row, 0)), std::string(found.text(row, 1))},
                        charge_state{.tokens = found.number(row, 2),
                                     .member = std::string(found.get(row, 3).value_or("")),
                                     .created_at_us = found.number(row, 4),
                                     .from = taken_from_lots(found.get(row, 5).value_or(""))});
    return charges;
}

void apply_requests(pg::connection& connection, const batch_plan& rows, std::span<const command> batch,
                    std::int64_t now_us) {
    if (!rows.keys.empty())
        apply_keys(connection, rows, batch, now_us);
    if (!rows.usages.empty())
        apply_usages(connection, rows, now_us);
    if (!rows.limits.empty())
        apply_limits(connection, rows, now_us);
    if (!rows.event_actions.empty())
        apply_event_actions(connection, rows, batch, now_us);
}

} // namespace tokenledger::ledger
