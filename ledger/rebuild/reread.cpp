// Payment by payment: turns the stored events of disputes into commands, which the planner takes like any
// other.
#include "ledger/reread.hpp"

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "pg/connection.hpp"
#include "postgres/evidence_reader.hpp"
#include "postgres/store.hpp"
#include "writer/run_batch.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace tokenledger::ledger {

namespace {

constexpr std::size_t longest_id = 255; // octets, as in the table
// If this batch and a daemon each hold what the other wants, the database aborts one of them.
constexpr int max_conflicts = 10; // one after another

// The newest first: it shows every movement, and the others then bring nothing new. Dismissed and parked
// events are left out: they stay an operator's decision.
constexpr std::string_view events_of_payment = R"sql(
SELECT event_id, event_type, endpoint, account, api_version, livemode::text,
       extract(epoch FROM stripe_created_at)::bigint, encode(evidence, 'hex')
  FROM tokenledger.stripe_events
 WHERE payment_intent_id = $1 AND event_type LIKE 'charge.dispute.%' AND result IN ('applied', 'waiting')
   AND evidence IS NOT NULL
 ORDER BY position DESC
)sql";

class rereading {
  public:
    explicit rereading(const reread_options& options)
        : options_(options),
          connection_(options.database.url, options.database.connect_timeout) {}

    reread_totals run() {
        while (const auto payment = next_payment())
            reread(*payment);
        totals_.left = connection_.exec("SELECT count(*) FROM tokenledger.payment_disputes WHERE signs_only")
                           .number(0, 0);
        return totals_;
    }

  private:
    std::optional<std::string> next_payment() {
        const std::optional<std::string> after[] = {last_};
        const pg::rows found =
            connection_.exec("SELECT min(payment_intent_id) FROM tokenledger.payment_disputes"
                             " WHERE signs_only AND payment_intent_id > $1",
                             after);
        if (!found.get(0, 0))
            return std::nullopt;
        last_ = found.text(0, 0);
        return last_;
    }

    void reread(const std::string& payment) {
        const std::optional<std::string> of[] = {payment};
        const pg::rows rows = connection_.exec(std::string(events_of_payment), of);
        std::vector<command> batch;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            if (auto again = told_again(rows, row, payment))
                batch.emplace_back(std::move(*again));
            else
                ++totals_.unreadable;
        }
        if (batch.empty())
            return;
        for (const outcome& each : take(batch))
            totals_.posted += static_cast<std::int64_t>(each.posted.size());
        totals_.events += static_cast<std::int64_t>(batch.size());
        if (options_.progress)
            options_.progress(totals_.events);
    }

    std::vector<outcome> take(const std::vector<command>& batch) {
        if (!store_)
            store_ = make_postgres_store(options_.database);
        for (int conflicts = 0;;) {
            try {
                return run_batch(*store_, batch);
            } catch (const store_error& error) {
                if (error.failure() != store_failure::conflict || ++conflicts > max_conflicts)
                    throw;
            }
        }
    }

    std::optional<command> told_again(const pg::rows& rows, std::size_t row, const std::string& payment) {
        auto bytes = evidence_.unpack(base::from_hex(rows.text(row, 7)));
        auto facts = bytes ? options_.read(bytes->body) : std::nullopt;
        if (!facts)
            return std::nullopt;
        const auto text = [&](std::size_t column) { return std::string(rows.get(row, column).value_or("")); };
        stripe_command made;
        made.event.id = reread_event_id(rows.text(row, 0));
        made.event.type = text(1);
        made.event.endpoint = text(2);
        made.event.account = text(3);
        made.event.api_version = text(4);
        made.event.payment_intent_id = payment;
        if (rows.get(row, 5))
            made.event.livemode = rows.text(row, 5) == "true";
        if (rows.get(row, 6))
            made.event.created = rows.number(row, 6);
        made.event.signature_header = std::move(bytes->signature_header);
        made.event.body = std::move(bytes->body);
        made.effect = payment_update{.facts = std::move(*facts)};
        return made;
    }

    const reread_options& options_;
    pg::connection connection_;
    evidence_reader evidence_{connection_};
    std::unique_ptr<store> store_;
    std::string last_; // payment; no id is empty
    reread_totals totals_;
};

} // namespace

reread_totals reread_disputes(const reread_options& options) {
    return rereading(options).run();
}

std::string reread_event_id(std::string_view event_id) {
    constexpr std::string_view prefix = "reread:";
    std::string id = std::string(prefix) + std::string(event_id);
    return id.size() <= longest_id
               ? id
               : std::string(prefix) + base::to_hex(base::sha256_stream().add(event_id).finish());
}

} // namespace tokenledger::ledger
