// A member without limits costs one lookup. The sums are one range each of token_usage_member_time.
#include "postgres/spending.hpp"

#include "pg/parameters.hpp"
#include "postgres/names.hpp"
#include "postgres/reversals.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace tokenledger::ledger {

namespace {

constexpr std::string_view select_limits = R"sql(
SELECT DISTINCT kept.user_id, kept.member, kept.per, kept.tokens
  FROM unnest($1::text[], $2::text[]) AS asked (user_id, member)
  JOIN tokenledger.member_limits AS kept
    ON kept.user_id = asked.user_id AND kept.member IN (asked.member, $3)
 WHERE kept.tokens IS NOT NULL
)sql";

// $3 to $5: where the windows begin. A sum beyond int64 is as good as its limit.
const std::string select_sums = std::string(R"sql(
SELECT asked.user_id, asked.member, least(sums.day, 9223372036854775807)::bigint,
       least(sums.month, 9223372036854775807)::bigint, least(sums.rolling, 9223372036854775807)::bigint
  FROM unnest($1::text[], $2::text[]) AS asked (user_id, member)
 CROSS JOIN (SELECT timestamptz 'epoch' + $3::bigint * interval '1 microsecond' AS day,
                    timestamptz 'epoch' + $4::bigint * interval '1 microsecond' AS month,
                    timestamptz 'epoch' + $5::bigint * interval '1 microsecond' AS rolling) AS began
 CROSS JOIN LATERAL (
        SELECT coalesce(sum(used.tokens) FILTER (WHERE used.created_at >= began.day), 0) AS day,
               coalesce(sum(used.tokens) FILTER (WHERE used.created_at >= began.month), 0) AS month,
               coalesce(sum(used.tokens) FILTER (WHERE used.created_at >= began.rolling), 0) AS rolling
          FROM (SELECT u.created_at, u.charged_tokens - coalesce(back.token_amount, 0) AS tokens
                  FROM tokenledger.token_usage AS u)sql") +
                                std::string(join_reversals) + R"sql(
                 WHERE u.user_id = asked.user_id AND u.member = asked.member AND u.member IS NOT NULL
                   AND u.created_at >= least(began.day, began.month, began.rolling)) AS used) AS sums
)sql";

constexpr std::string_view write_limits = R"sql(
INSERT INTO tokenledger.member_limits (user_id, member, per, tokens, actor, set_at)
SELECT user_id, member, per, tokens, actor, timestamptz 'epoch' + at_us * interval '1 microsecond'
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
    AS given (user_id, member, per, tokens, actor, at_us)
    ON CONFLICT (user_id, member, per) DO UPDATE
   SET tokens = excluded.tokens, actor = excluded.actor, set_at = excluded.set_at
)sql";

} // namespace

member_spending read_spending(pg::connection& connection, std::span<const member_id> members,
                              std::int64_t now_us, bool with_sums) {
    pg::array users, names;
    for (const member_id& each : members) {
        users.add(each.user_id);
        names.add(each.member);
    }
    std::vector<std::optional<std::string>> values{std::move(users).finish(), std::move(names).finish(),
                                                   std::string(every_member)};
    member_spending found;
    const pg::rows limits = connection.exec(std::string(select_limits), values);
    for (std::size_t row = 0; row < limits.size(); ++row)
        found.set({.user_id = std::string(limits.text(row, 0)),
                   .member = std::string(limits.text(row, 1)),
                   .per = value_named<limit_window>(limits.text(row, 2)),
                   .tokens = limits.number(row, 3)});
    if (found.limits.empty() && !with_sums)
        return found;
    values.resize(2);
    for (const limit_window window : all_values<limit_window>())
        values.emplace_back(std::to_string(start_of(window, now_us)));
    const pg::rows sums = connection.exec(select_sums, values);
    for (std::size_t row = 0; row < sums.size(); ++row)
        found.spent[{std::string(sums.text(row, 0)), std::string(sums.text(row, 1))}] = {
            sums.number(row, 2), sums.number(row, 3), sums.number(row, 4)};
    return found;
}

void apply_limits(pg::connection& connection, const batch_plan& rows, std::int64_t now_us) {
    // The last of each: a statement can write a row once.
    std::map<std::pair<member_id, limit_window>, const limit_row*> last;
    for (const limit_row& row : rows.limits)
        last[{{row.what->user_id, row.what->member}, row.what->per}] = &row;
    pg::array user, member, per, tokens, actor, at;
    for (const auto& [id, row] : last) {
        user.add(row->what->user_id);
        member.add(row->what->member);
        per.add(to_string(row->what->per));
        tokens.add(row->what->tokens);
        actor.add(row->actor);
        at.add(row->at_us != 0 ? row->at_us : now_us);
    }
    parameters columns;
    columns.add(std::move(user), std::move(member), std::move(per), std::move(tokens), std::move(actor),
                std::move(at));
    const pg::rows written = connection.exec(std::string(write_limits), columns.values());
    check_count("member_limits", static_cast<std::int64_t>(written.affected_rows()), last.size());
}

} // namespace tokenledger::ledger
