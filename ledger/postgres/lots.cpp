// Three reads of one round trip each for accounts with lots or holds, and one statement for what is written.
#include "postgres/lots.hpp"

#include "pg/parameters.hpp"
#include "postgres/names.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace tokenledger::ledger {

namespace {

// As text with spaces: numbers only.
std::vector<std::int64_t> numbers_in(std::string_view list) {
    std::vector<std::int64_t> found;
    while (!list.empty()) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(list.data(), list.data() + list.size(), number);
        if (error != std::errc())
            throw store_error(store_failure::unavailable, "a list of numbers cannot be read");
        found.push_back(number);
        list.remove_prefix(static_cast<std::size_t>(end - list.data()));
        if (!list.empty())
            list.remove_prefix(1);
    }
    return found;
}

// $1: users; $2: payments; $3, $4: named lots. A row with no lot has the account's highest number.
constexpr std::string_view select_lots = R"sql(
SELECT found.user_id, found.lot, found.sequence, found.tokens, (extract(epoch FROM found.expires_at) * 1000000)::bigint,
       found.priority, found.paid, found.stripe_payment_intent_id, found.remaining_tokens, found.refunded_tokens,
       found.expired_tokens
  FROM tokenledger.token_lots AS found
 WHERE found.user_id = ANY ($1::text[])
   AND (found.remaining_tokens > 0 OR found.stripe_payment_intent_id = ANY ($2::text[])
        OR (found.user_id, found.lot) IN (SELECT * FROM unnest($3::text[], $4::bigint[]))
        OR (found.user_id, found.lot) IN (
            SELECT moved.user_id, moved.lot
              FROM tokenledger.token_transactions AS t
              JOIN tokenledger.token_lot_movements AS moved USING (user_id, sequence)
             WHERE t.user_id = ANY ($1::text[]) AND t.stripe_payment_intent_id = ANY ($2::text[])
               AND t.transaction_type = 'refund'))
 UNION ALL
SELECT asked.user_id, NULL, coalesce((SELECT max(known.lot) FROM tokenledger.token_lots AS known
                                       WHERE known.user_id = asked.user_id), 0),
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM unnest($1::text[]) AS asked (user_id)
)sql";

// $3: microseconds since the epoch. A hold that has timed out matters as long as one of its lots may expire
// for the time that it was open.
constexpr std::string_view select_holds = R"sql(
SELECT found.user_id, found.hold_id, found.tokens, (extract(epoch FROM found.created_at) * 1000000)::bigint,
       (extract(epoch FROM found.expires_at) * 1000000)::bigint, array_to_string(found.reserved_lots, ' '),
       array_to_string(found.reserved_tokens, ' '), found.action_type, found.model_used, found.member, found.actor,
       found.ended, (extract(epoch FROM found.ended_at) * 1000000)::bigint
  FROM unnest($1::text[]) AS asked (user_id)
 CROSS JOIN LATERAL (
        SELECT least(timestamptz 'epoch' + $3::bigint * interval '1 microsecond', min(lots.expires_at)) AS at
          FROM tokenledger.token_lots AS lots
         WHERE lots.user_id = asked.user_id AND lots.remaining_tokens > 0) AS since
 CROSS JOIN LATERAL (
        SELECT * FROM tokenledger.token_holds AS open
         WHERE open.user_id = asked.user_id AND open.ended IS NULL AND open.expires_at > since.at) AS found
 UNION
SELECT found.user_id, found.hold_id, found.tokens, (extract(epoch FROM found.created_at) * 1000000)::bigint,
       (extract(epoch FROM found.expires_at) * 1000000)::bigint, array_to_string(found.reserved_lots, ' '),
       array_to_string(found.reserved_tokens, ' '), found.action_type, found.model_used, found.member, found.actor,
       found.ended, (extract(epoch FROM found.ended_at) * 1000000)::bigint
  FROM unnest($4::text[], $2::text[]) AS named (user_id, hold_id)
  JOIN tokenledger.token_holds AS found USING (user_id, hold_id)
)sql";

// $1: users; $2: payments.
constexpr std::string_view select_taken = R"sql(
SELECT t.stripe_payment_intent_id, moved.lot, -sum(moved.tokens)::bigint
  FROM tokenledger.token_transactions AS t
  JOIN tokenledger.token_lot_movements AS moved USING (user_id, sequence)
  JOIN tokenledger.token_lots AS lots USING (user_id, lot)
 WHERE t.user_id = ANY ($1::text[]) AND t.stripe_payment_intent_id = ANY ($2::text[])
   AND t.transaction_type = 'refund' AND lots.stripe_payment_intent_id IS DISTINCT FROM t.stripe_payment_intent_id
 GROUP BY t.stripe_payment_intent_id, moved.lot HAVING sum(moved.tokens) <> 0
 ORDER BY t.stripe_payment_intent_id, moved.lot
)sql";

std::string list_of(const std::vector<std::string_view>& texts) {
    pg::array list;
    for (const std::string_view each : texts)
        list.add(each);
    return std::move(list).finish();
}

lot_state read_lot(const pg::rows& from, std::size_t row) {
    return {.lot = from.number(row, 1),
            .sequence = from.number(row, 2),
            .terms = {.expires_at_us = from.get(row, 4) ? std::optional(from.number(row, 4)) : std::nullopt,
                      .priority = from.number(row, 5),
                      .paid = from.text(row, 6) == "t",
                      .payment_intent_id = std::string(from.get(row, 7).value_or(""))},
            .tokens = from.number(row, 3),
            .remaining = from.number(row, 8),
            .refunded = from.number(row, 9),
            .expired = from.number(row, 10)};
}

held_tokens read_hold(const pg::rows& from, std::size_t row) {
    held_tokens hold{.tokens = from.number(row, 2),
                     .created_at_us = from.number(row, 3),
                     .expires_at_us = from.number(row, 4),
                     .actor = from.number(row, 10),
                     .action_type = std::string(from.get(row, 7).value_or("")),
                     .model_used = std::string(from.get(row, 8).value_or("")),
                     .member = std::string(from.get(row, 9).value_or(""))};
    const auto lots = numbers_in(from.get(row, 5).value_or(""));
    const auto tokens = numbers_in(from.get(row, 6).value_or(""));
    for (std::size_t i = 0; i < std::min(lots.size(), tokens.size()); ++i)
        hold.reserved.push_back({lots[i], tokens[i]});
    if (from.get(row, 11)) {
        hold.ended = value_named<hold_state>(from.text(row, 11));
        hold.ended_at_us = from.number(row, 12);
    }
    return hold;
}

// Each part answers how many rows it wrote. A hold ends once: a row that would change an end is left out, and
// the count tells.
constexpr std::string_view write = R"sql(
WITH lots AS (
    INSERT INTO tokenledger.token_lots AS known (user_id, lot, sequence, tokens, expires_at, priority, paid,
           stripe_payment_intent_id, remaining_tokens, refunded_tokens, expired_tokens)
    SELECT user_id, lot, sequence, tokens, timestamptz 'epoch' + expires_us * interval '1 microsecond', priority, paid,
           payment, remaining, refunded, expired
      FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[],
                  $8::text[], $9::bigint[], $10::bigint[], $11::bigint[])
        AS given (user_id, lot, sequence, tokens, expires_us, priority, paid, payment, remaining, refunded, expired)
        ON CONFLICT (user_id, lot) DO UPDATE
       SET remaining_tokens = excluded.remaining_tokens, refunded_tokens = excluded.refunded_tokens,
           expired_tokens = excluded.expired_tokens
     WHERE known.sequence = excluded.sequence
 RETURNING 1),
moved AS (
    INSERT INTO tokenledger.token_lot_movements (user_id, sequence, lot, tokens)
    SELECT * FROM unnest($12::text[], $13::bigint[], $14::bigint[], $15::bigint[])
 RETURNING 1),
holds AS (
    INSERT INTO tokenledger.token_holds AS known (user_id, hold_id, tokens, created_at, expires_at, reserved_lots,
           reserved_tokens, action_type, model_used, member, actor, ended, ended_at)
    SELECT user_id, hold_id, tokens, timestamptz 'epoch' + created_us * interval '1 microsecond',
           timestamptz 'epoch' + expires_us * interval '1 microsecond', lots::bigint[], lot_tokens::bigint[],
           action_type, model_used, member, actor, ended,
           timestamptz 'epoch' + ended_us * interval '1 microsecond'
      FROM unnest($16::text[], $17::text[], $18::bigint[], $19::bigint[], $20::bigint[], $21::text[], $22::text[],
                  $23::text[], $24::text[], $25::text[], $26::bigint[], $27::text[], $28::bigint[])
        AS given (user_id, hold_id, tokens, created_us, expires_us, lots, lot_tokens, action_type, model_used, member,
                  actor, ended, ended_us)
        ON CONFLICT (user_id, hold_id) DO UPDATE
       SET tokens = excluded.tokens, expires_at = excluded.expires_at, reserved_lots = excluded.reserved_lots,
           reserved_tokens = excluded.reserved_tokens, ended = excluded.ended, ended_at = excluded.ended_at
     WHERE known.ended IS NULL
 RETURNING 1),
due AS (
    UPDATE tokenledger.token_accounts AS account
       SET due_at = CASE WHEN given.due_us = 9223372036854775807 THEN timestamptz 'infinity'
                         ELSE timestamptz 'epoch' + given.due_us * interval '1 microsecond' END
      FROM unnest($29::text[], $30::bigint[]) AS given (user_id, due_us)
     WHERE account.user_id = given.user_id
 RETURNING 1)
SELECT (SELECT count(*) FROM lots), (SELECT count(*) FROM moved), (SELECT count(*) FROM holds),
       (SELECT count(*) FROM due)
)sql";

void add_lots(parameters& into, const batch_plan& rows) {
    pg::array user, lot, sequence, tokens, expires, priority, paid, payment, remaining, refunded, expired;
    for (const lot_row& row : rows.lots) {
        user.add(row.user_id);
        lot.add(row.state.lot);
        sequence.add(row.state.sequence);
        tokens.add(row.state.tokens);
        expires.add(row.state.terms.expires_at_us);
        priority.add(row.state.terms.priority);
        paid.add(row.state.terms.paid);
        payment.add_or_null(row.state.terms.payment_intent_id);
        remaining.add(row.state.remaining);
        refunded.add(row.state.refunded);
        expired.add(row.state.expired);
    }
    into.add(std::move(user), std::move(lot), std::move(sequence), std::move(tokens), std::move(expires),
             std::move(priority), std::move(paid), std::move(payment), std::move(remaining),
             std::move(refunded), std::move(expired));
}

std::size_t add_movements(parameters& into, const batch_plan& rows) {
    pg::array user, sequence, lot, tokens;
    std::size_t count = 0;
    for (const transaction_row& row : rows.transactions) {
        for (const lot_tokens& each : row.lots) {
            user.add(row.user_id);
            sequence.add(row.sequence);
            lot.add(each.lot);
            tokens.add(each.tokens);
            ++count;
        }
    }
    into.add(std::move(user), std::move(sequence), std::move(lot), std::move(tokens));
    return count;
}

void add_holds(parameters& into, const batch_plan& rows) {
    pg::array user, id, tokens, created, expires, lots, of_lots, action, model, member, actor, ended,
        ended_at;
    for (const hold_row& row : rows.holds) {
        const held_tokens& state = row.state;
        user.add(row.user_id);
        id.add(row.hold_id);
        tokens.add(state.tokens);
        created.add(state.created_at_us);
        expires.add(state.expires_at_us);
        pg::array reserved_lots, reserved_tokens;
        for (const lot_tokens& each : state.reserved) {
            reserved_lots.add(each.lot);
            reserved_tokens.add(each.tokens);
        }
        if (state.reserved.empty()) {
            lots.add_null();
            of_lots.add_null();
        } else {
            lots.add(std::move(reserved_lots).finish());
            of_lots.add(std::move(reserved_tokens).finish());
        }
        action.add_or_null(state.action_type);
        model.add_or_null(state.model_used);
        member.add_or_null(state.member);
        actor.add(state.actor);
        const bool is_over = state.ended != hold_state::open;
        ended.add_or_null(is_over ? to_string(state.ended) : std::string_view());
        ended_at.add(is_over ? std::optional(state.ended_at_us) : std::nullopt);
    }
    into.add(std::move(user), std::move(id), std::move(tokens), std::move(created), std::move(expires),
             std::move(lots), std::move(of_lots), std::move(action), std::move(model), std::move(member),
             std::move(actor), std::move(ended), std::move(ended_at));
}

} // namespace

std::string lots_of_row(std::string_view user_id, std::string_view sequence) {
    return std::string("(SELECT string_agg(moved.lot || ' ' || -moved.tokens, ' ' ORDER BY lots.priority, "
                       "lots.expires_at NULLS LAST, lots.paid, lots.lot)"
                       " FROM tokenledger.token_lot_movements AS moved"
                       " JOIN tokenledger.token_lots AS lots USING (user_id, lot)"
                       " WHERE moved.user_id = ")
        .append(user_id)
        .append(" AND moved.sequence = ")
        .append(sequence)
        .append(")");
}

std::vector<lot_tokens> taken_from_lots(std::string_view written) {
    const auto numbers = numbers_in(written);
    std::vector<lot_tokens> taken;
    for (std::size_t i = 0; i + 1 < numbers.size(); i += 2)
        taken.push_back({numbers[i], numbers[i + 1]});
    return taken;
}

store::found_lots read_lots(pg::connection& connection, const store::wanted_lots& wanted) {
    store::found_lots found;
    const std::string users = list_of(wanted.users);
    const std::string payments = list_of(wanted.payments);
    pg::array lot_users, lots, hold_users, holds;
    for (const auto& [user, lot] : wanted.lots) {
        lot_users.add(user);
        lots.add(lot);
    }
    for (const hold_id& each : wanted.holds) {
        hold_users.add(each.user_id);
        holds.add(each.id);
    }
    const std::optional<std::string> of_lots[] = {users, payments, std::move(lot_users).finish(),
                                                  std::move(lots).finish()};
    const pg::rows found_lots = connection.exec(std::string(select_lots), of_lots);
    for (std::size_t row = 0; row < found_lots.size(); ++row) {
        account_lots& account = found.accounts[std::string(found_lots.text(row, 0))];
        if (found_lots.get(row, 1))
            account.lots.push_back(read_lot(found_lots, row));
        else
            account.last_lot = found_lots.number(row, 2);
    }
    for (auto& [user, account] : found.accounts)
        std::ranges::sort(account.lots, is_used_before);

    const std::optional<std::string> of_holds[] = {
        users, std::move(holds).finish(), std::to_string(wanted.from_us), std::move(hold_users).finish()};
    const pg::rows found_holds = connection.exec(std::string(select_holds), of_holds);
    for (std::size_t row = 0; row < found_holds.size(); ++row)
        found.accounts[std::string(found_holds.text(row, 0))].holds.emplace(found_holds.text(row, 1),
                                                                            read_hold(found_holds, row));
    if (wanted.payments.empty())
        return found;
    const std::optional<std::string> of_payments[] = {users, payments};
    const pg::rows taken = connection.exec(std::string(select_taken), of_payments);
    for (std::size_t row = 0; row < taken.size(); ++row)
        found.taken_from[std::string(taken.text(row, 0))].push_back(
            {taken.number(row, 1), taken.number(row, 2)});
    return found;
}

void apply_lots(pg::connection& connection, const batch_plan& rows) {
    if (rows.lots.empty() && rows.holds.empty() && rows.due.empty())
        return;
    parameters columns;
    add_lots(columns, rows);
    const std::size_t movements = add_movements(columns, rows);
    add_holds(columns, rows);
    pg::array user, due;
    for (const due_row& row : rows.due) {
        user.add(row.user_id);
        due.add(row.at_us);
    }
    columns.add(std::move(user), std::move(due));
    const pg::rows written = connection.exec(std::string(write), columns.values());
    check_count("token_lots", written.number(0, 0), rows.lots.size());
    check_count("token_lot_movements", written.number(0, 1), movements);
    check_count("token_holds", written.number(0, 2), rows.holds.size());
    check_count("token_accounts", written.number(0, 3), rows.due.size());
}

} // namespace tokenledger::ledger
