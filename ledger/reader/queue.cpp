// Counts the queue as the gauges do, and reads operators' actions by their events.
#include "reader/queue.hpp"

#include "pg/array.hpp"
#include "postgres/queue_counts.hpp"
#include "reader/rows.hpp"

#include <utility>

namespace tokenledger::ledger {

queue_view count_queue(read_session& session) {
    statement counts;
    counts.sql = "SELECT " + queue_counts(session.waiting_expires());
    return session.run(plan_shape::sums, [&](pg::connection& connection) {
        const pg::rows from = run(connection, counts);
        return queue_view{.parked = from.number(0, 0), .waiting = from.number(0, 1)};
    });
}

void read_event_actions(pg::connection& connection, std::vector<event_view>& events) {
    if (events.empty())
        return;
    pg::array ids;
    for (const event_view& each : events)
        ids.add(each.event_id);
    const std::optional<std::string> values[] = {std::move(ids).finish()};
    const pg::rows from = connection.exec(
        "SELECT asked.place, " + select_list<event_action_view>("a") +
            " FROM unnest($1::text[]) WITH ORDINALITY AS asked (event_id, place)"
            " CROSS JOIN LATERAL (SELECT * FROM tokenledger.event_actions AS did"
            " WHERE did.event_id = asked.event_id ORDER BY did.created_at, did.idempotency_key LIMIT " +
            std::to_string(max_event_actions) +
            ") AS a ORDER BY asked.place, a.created_at, a.idempotency_key LIMIT " +
            std::to_string(max_payment_rows),
        values);
    for (std::size_t row = 0; row < from.size(); ++row) {
        row_reader columns(from, row);
        const auto place = static_cast<std::size_t>(columns.number());
        events.at(place - 1).actions.push_back(read_row<event_action_view>(columns));
    }
}

} // namespace tokenledger::ledger
