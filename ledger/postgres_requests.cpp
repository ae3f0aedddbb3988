// Keys are read scope by scope, so that each lookup is one of an index; what they posted is read from the
// money rows themselves.
#include "postgres_requests.hpp"

#include "ledger/command_hash.hpp"
#include "pg_parameters.hpp"
#include "postgres_kinds.hpp"

#include <array>
#include <utility>

namespace tokenledger::ledger {

namespace {

constexpr std::array<std::pair<key_scope, std::string_view>, 4> scopes{{
    {key_scope::request, "request"},
    {key_scope::usage, "usage"},
    {key_scope::subscription, "subscription"},
    {key_scope::trial, "trial"},
}};

std::string_view name_of(key_scope scope) {
    return scopes[static_cast<std::size_t>(scope)].second;
}

key_scope scope_of(std::string_view name) {
    for (const auto& [scope, known] : scopes) {
        if (known == name)
            return scope;
    }
    throw store_error(store_failure::unavailable, "a key has an unknown scope: " + std::string(name));
}

constexpr std::string_view write_keys = R"sql(
INSERT INTO tokenledger.idempotency_keys (scope, key, command_hash, actor, command, posted_user_ids, posted_sequences)
SELECT scope, key, decode(hash, 'hex'), actor, decode(command, 'hex'), users::text[], sequences::bigint[]
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[])
    AS given (scope, key, hash, actor, command, users, sequences)
    ON CONFLICT (scope, key) DO NOTHING
)sql";

void apply_keys(pg::connection& connection, const batch_plan& rows, std::span<const command> batch) {
    pg::array scope, key, hash, actor, encoded, users, sequences;
    for (const key_row& row : rows.keys) {
        const auto& what = std::get<admin_command>(batch[row.command]);
        scope.add(name_of(row.id.scope));
        key.add(row.id.key);
        hash.add(to_hex(row.state.command_hash));
        actor.add(what.actor);
        if (row.of_command)
            encoded.add(to_hex(encode(what)));
        else
            encoded.add_null();
        pg::array posted_users, posted_sequences;
        for (const posting& each : row.state.posted) {
            posted_users.add(each.user_id);
            posted_sequences.add(each.sequence);
        }
        users.add(std::move(posted_users).finish());
        sequences.add(std::move(posted_sequences).finish());
    }
    parameters columns;
    columns.add(std::move(scope), std::move(key), std::move(hash), std::move(actor), std::move(encoded),
                std::move(users), std::move(sequences));
    const pg::result written = connection.exec(std::string(write_keys), columns.values());
    check_count("idempotency_keys", static_cast<std::int64_t>(written.affected_rows()), rows.keys.size());
}

constexpr std::string_view write_usages = R"sql(
INSERT INTO tokenledger.token_usage (user_id, request_id, action_type, model_used, tokens_used, input_tokens,
       output_tokens, cost_estimate, charged_tokens, deduction_sequence, actor)
SELECT user_id, request_id, action_type, model_used, tokens_used, input_tokens, output_tokens, cost::numeric,
       charged, sequence, actor
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[],
              $9::bigint[], $10::bigint[], $11::bigint[])
    AS given (user_id, request_id, action_type, model_used, tokens_used, input_tokens, output_tokens, cost,
              charged, sequence, actor)
)sql";

void apply_usages(pg::connection& connection, const batch_plan& rows) {
    pg::array user, request, action, model, tokens, input, output, cost, charged, sequence, actor;
    for (const usage_row& row : rows.usages) {
        user.add(row.what->user_id);
        request.add(row.what->request_id);
        action.add(row.what->action_type);
        model.add_or_null(row.what->model_used);
        tokens.add(row.what->tokens_used);
        input.add(row.what->input_tokens);
        output.add(row.what->output_tokens);
        cost.add_or_null(row.what->cost_estimate);
        charged.add(row.what->charge);
        sequence.add(row.deduction_sequence);
        actor.add(row.actor);
    }
    parameters columns;
    columns.add(std::move(user), std::move(request), std::move(action), std::move(model), std::move(tokens),
                std::move(input), std::move(output), std::move(cost), std::move(charged), std::move(sequence),
                std::move(actor));
    const pg::result written = connection.exec(std::string(write_usages), columns.values());
    check_count("token_usage", static_cast<std::int64_t>(written.affected_rows()), rows.usages.size());
}

} // namespace

std::string select_keys(std::span<const key_id> ids, std::vector<std::optional<std::string>>& parameters) {
    std::string sql;
    for (const auto& [scope, name] : scopes) {
        pg::array keys;
        for (const key_id& id : ids) {
            if (id.scope == scope)
                keys.add(id.key);
        }
        parameters.emplace_back(std::move(keys).finish());
        sql += (sql.empty() ? "" : " UNION ALL ");
        sql += "SELECT k.scope, k.key, encode(k.command_hash, 'hex'), posted.place, posted.user_id, "
               "posted.sequence,"
               " t.transaction_type, t.source, t.token_amount, t.balance_after"
               " FROM tokenledger.idempotency_keys k"
               " LEFT JOIN LATERAL unnest(k.posted_user_ids, k.posted_sequences) WITH ORDINALITY"
               " AS posted (user_id, sequence, place) ON true"
               " LEFT JOIN tokenledger.token_transactions t"
               " ON t.user_id = posted.user_id AND t.sequence = posted.sequence"
               " WHERE k.scope = '" +
               std::string(name) + "' AND k.key = ANY($" + std::to_string(parameters.size()) + "::text[])";
    }
    return "SELECT * FROM (" + sql + ") AS known (scope, key, hash, place) ORDER BY scope, key, place";
}

key_map read_keys(const pg::result& from) {
    key_map known;
    for (std::size_t row = 0; row < from.size(); ++row) {
        key_state& state = known[{scope_of(from.text(row, 0)), std::string(from.text(row, 1))}];
        state.command_hash = from_hex(from.text(row, 2));
        if (from.get(row, 4))
            state.posted.push_back({.user_id = std::string(from.text(row, 4)),
                                    .sequence = from.number(row, 5),
                                    .type = type_of(from.text(row, 6)),
                                    .source = source_of(from.text(row, 7)),
                                    .token_amount = from.number(row, 8),
                                    .balance_after = from.number(row, 9)});
    }
    return known;
}

void apply_requests(pg::connection& connection, const batch_plan& rows, std::span<const command> batch) {
    if (!rows.keys.empty())
        apply_keys(connection, rows, batch);
    if (!rows.usages.empty())
        apply_usages(connection, rows);
}

} // namespace tokenledger::ledger
