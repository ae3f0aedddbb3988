// Events and requests by position, in batches that the planner takes in the very same order: events first,
// then requests, so a batch ends where an event follows a request.
#include "rebuild/parts.hpp"

#include "base/hex.hpp"
#include "codec/command.hpp"
#include "core/plan.hpp"
#include "pg/array.hpp"
#include "pg/cursor.hpp"
#include "postgres/evidence_reader.hpp"
#include "postgres/store.hpp"
#include "writer/run_batch.hpp"

#include <map>
#include <vector>

namespace tokenledger::ledger {

namespace {

// One set of columns for both. Times in microseconds since the epoch.
constexpr std::string_view kept = R"sql(
SELECT position, 'event', event_id, event_type, endpoint, account, api_version, payment_intent_id, livemode::text,
       extract(epoch FROM stripe_created_at)::bigint, (extract(epoch FROM received_at) * 1000000)::bigint, effect,
       NULL::bigint AS actor, evidence IS NOT NULL AS has_bytes
  FROM tokenledger.stripe_events WHERE effect IS NOT NULL OR evidence IS NOT NULL
UNION ALL
SELECT position, scope, key, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, (extract(epoch FROM created_at) * 1000000)::bigint, encode(command, 'hex'), actor, false
  FROM tokenledger.idempotency_keys WHERE command IS NOT NULL
 ORDER BY 1
)sql";

// Versions that stored no effect knew neither the amounts of balance transactions nor the currencies of
// refunds.
void as_applied_then(stripe_effect& effect) {
    auto* update = std::get_if<payment_update>(&effect);
    if (update == nullptr)
        return;
    update->facts.refunded_currency.clear();
    for (auto& [id, refund] : update->facts.refunds)
        refund.currency.clear();
    for (auto& [id, dispute] : update->facts.disputes) {
        dispute.signs_only = true;
        for (auto& [transaction, moved] : dispute.balance_transactions)
            moved = {.takes_money = moved.takes_money};
    }
}

class replay {
  public:
    replay(pg::connection& from, const rebuild_options& options, rebuild_totals& totals,
           const difference_fn& differs)
        : from_(from),
          options_(options),
          totals_(totals),
          differs_(differs),
          into_(make_postgres_store(options.into)) {}

    void run() {
        pg::cursor row(from_, "kept", std::string(kept));
        while (row.next()) {
            const bool is_event = row.text(1) == "event";
            if (batch_.size() == options_.max_batch || (is_event && requests_in_batch_))
                flush();
            if (is_event)
                add_event(row);
            else
                add_request(row);
        }
        flush();
        row.close();
    }

  private:
    static std::string field(const pg::cursor& row, std::size_t column) {
        return std::string(row.get(column).value_or(""));
    }

    void add_event(const pg::cursor& row) {
        stripe_command made;
        stripe_event& event = made.event;
        event.id = field(row, 2);
        event.type = field(row, 3);
        event.endpoint = field(row, 4);
        event.account = field(row, 5);
        event.api_version = field(row, 6);
        event.payment_intent_id = field(row, 7);
        if (row.get(8))
            event.livemode = row.text(8) == "true";
        if (row.get(9))
            event.created = row.number(9);
        made.replayed_at_us = row.number(10);
        const bool has_bytes = row.text(13) == "t";
        if (!row.get(11) || (options_.translate_all && has_bytes)) {
            translate_.push_back(batch_.size());
        } else if (auto effect = decode_effect(row.text(11))) {
            made.effect = std::move(*effect);
        } else {
            return differ("stripe_events", event.id, "effect", "an effect", row.text(11));
        }
        ++totals_.events;
        if (has_bytes)
            wants_bytes_.push_back(batch_.size());
        batch_.emplace_back(std::move(made));
    }

    void add_request(const pg::cursor& row) {
        auto operations = decode_operations(base::from_hex(row.text(11)));
        if (!operations)
            return differ("idempotency_keys", field(row, 1) + " " + field(row, 2), "command", "a command",
                          row.text(11));
        admin_command made;
        if (row.text(1) == "request")
            made.idempotency_key = field(row, 2);
        made.actor = row.number(12);
        made.operations = std::move(*operations);
        made.replayed_at_us = row.number(10);
        // An action needs its event to be committed.
        if (!event_acted_on(made.operations.front()).empty())
            flush();
        ++totals_.requests;
        requests_in_batch_ = true;
        batch_.emplace_back(std::move(made));
    }

    void flush() {
        if (batch_.empty())
            return;
        read_bytes();
        translate();
        run(batch_);
        batch_.clear();
        wants_bytes_.clear();
        translate_.clear();
        requests_in_batch_ = false;
        if (options_.progress)
            options_.progress("replay", totals_.events + totals_.requests);
    }

    // Not in the query above: it would sort all evidence, which is most of the ledger.
    void read_bytes() {
        std::map<std::string, stripe_event*, std::less<>> wanted;
        pg::array ids;
        for (const std::size_t at : wants_bytes_) {
            stripe_event& event = std::get<stripe_command>(batch_[at]).event;
            wanted.emplace(event.id, &event);
            ids.add(event.id);
        }
        if (wanted.empty())
            return;
        const std::optional<std::string> values[] = {std::move(ids).finish()};
        const pg::rows found =
            from_.exec("SELECT event_id, encode(evidence, 'hex') FROM tokenledger.stripe_events"
                       " WHERE event_id = ANY($1::text[])",
                       values);
        for (std::size_t row = 0; row < found.size(); ++row) {
            stripe_event& event = *wanted.find(found.text(row, 0))->second;
            if (auto bytes = evidence_.unpack(base::from_hex(found.text(row, 1)))) {
                event.signature_header = std::move(bytes->signature_header);
                event.body = std::move(bytes->body);
            } else {
                differ("stripe_events", event.id, "evidence", "evidence", "bytes that do not unpack");
            }
        }
    }

    void translate() {
        for (const std::size_t at : translate_) {
            auto& made = std::get<stripe_command>(batch_[at]);
            auto today = options_.translate ? options_.translate(made.event) : std::nullopt;
            ++totals_.translated_anew;
            if (today) {
                made.effect = std::move(today->effect);
                if (!options_.translate_all)
                    as_applied_then(made.effect);
                made.event.payment_intent_id = std::move(today->event.payment_intent_id);
            } else {
                made.effect = park_event{reason::bad_payload};
                differ("stripe_events", made.event.id, "evidence", "an event of a configured endpoint",
                       "bytes that cannot be translated today");
            }
        }
    }

    // If the database refuses a batch, its commands run one by one to find the culprit.
    void run(std::span<const command> commands) {
        try {
            static_cast<void>(run_batch(*into_, commands));
        } catch (const store_error& error) {
            if (error.failure() != store_failure::refused)
                throw;
            if (commands.size() == 1)
                return differ("commands", name_of(commands.front()), "", "a command that can be stored",
                              error.what());
            for (const command& each : commands)
                run({&each, 1});
        }
    }

    static std::string name_of(const command& what) {
        if (const auto* stripe = std::get_if<stripe_command>(&what))
            return stripe->event.id;
        return std::get<admin_command>(what).idempotency_key;
    }

    void differ(std::string_view table, std::string key, std::string_view column, std::string_view expected,
                std::string_view found) {
        differs_({.table = std::string(table),
                  .key = std::move(key),
                  .column = std::string(column),
                  .expected = std::string(expected),
                  .found = std::string(found)});
    }

    pg::connection& from_;
    const rebuild_options& options_;
    rebuild_totals& totals_;
    const difference_fn& differs_;
    evidence_reader evidence_{from_};
    std::unique_ptr<store> into_;
    std::vector<command> batch_;
    std::vector<std::size_t> wants_bytes_; // places in the batch
    std::vector<std::size_t> translate_;   // likewise
    bool requests_in_batch_ = false;
};

} // namespace

void replay_all(pg::connection& from, const rebuild_options& options, rebuild_totals& totals,
                const difference_fn& differs) {
    replay(from, options, totals, differs).run();
}

} // namespace tokenledger::ledger
