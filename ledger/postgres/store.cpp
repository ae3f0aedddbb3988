// The store over PostgreSQL: the connection's life, the reads before the locks, and the locks.
//
// A batch is one READ COMMITTED transaction. A batch of new purchases takes three round trips: open_batch,
// the statement of apply(), COMMIT. Known payments, refunds, disputes and requests take more, duplicates
// alone two.
//
//         begin()     BEGIN; SET LOCAL ...; open_batch(events, payments, accounts)
//            |          1. some event is committed?  return those; no row is locked
//            |          2. insert the missing payments, which locks them
//            |             some payment was there?   lock it FOR UPDATE, then read it
//            |          3. all payments are new?     insert missing accounts, lock all, read all
//            v
//         lock_payments(), existing_accounts(), lock_accounts(), lock_events(), read_keys()
//            |        only what begin() has left to do
//            v
//         plan()      core/plan.hpp
//            |
//            v
//         apply()     add_events, set_payments, add_transactions, set_balances in one statement;
//            |        then details of payments, keys, usages and actions, where the plan has any
//            v
//         commit()    COMMIT; if nothing was written confirm(), which waits for the standbys like a COMMIT
//
// Locks: payments, then accounts, then events, each sorted, so two daemons never wait for each other's
// payments and accounts in a circle. Missing payments are inserted before known ones are locked: a
// transaction that waits in the INSERT holds no lock of the second kind. Payments and accounts are read by
// a statement that begins when the locks are held: under READ COMMITTED it sees what was committed while
// this transaction waited for them.
//
// The read before the locks finds events that are committed, and the only answer that may rest on it is
// `duplicate`. Whatever else is read without a lock either stays true (an account is never removed) or is
// checked again by apply(), which throws conflict.
//
// A connection holds no session state: settings are SET LOCAL, no statement is prepared by name. After
// refused, conflict or outdated a ROLLBACK is enough. After any other failure the state of the connection
// is unknown; it is dropped, and the next begin() opens another. The limit set in begin() cuts calls that
// hang.
#include "ledger/postgres.hpp"
#include "ledger/postgres_writer.hpp"

#include "ledger/schema.hpp"
#include "pg/array.hpp"
#include "pg/connection.hpp"
#include "postgres/apply.hpp"
#include "postgres/lots.hpp"
#include "postgres/names.hpp"
#include "postgres/payments.hpp"
#include "postgres/requests.hpp"
#include "postgres/spending.hpp"
#include "postgres/store.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tokenledger::ledger {

namespace {

// From the columns result, reason, and whether there is evidence and an effect; the first is `column`.
event_state event_state_of(const pg::rows& from, std::size_t row, std::size_t column) {
    return {.result = event_result_of(from.text(row, column)),
            .reason = reason_of(from.get(row, column + 1).value_or("")),
            .has_evidence = from.text(row, column + 2) == "t",
            .keeps_translation = from.text(row, column + 3) == "t"};
}

// Reads an account from a row of tokenledger.open_batch.
void read_account(const pg::rows& from, std::size_t row, store::locked_accounts& into) {
    into.accounts.insert_or_assign(
        std::string(from.text(row, 1)),
        account_state{.balance = from.number(row, 6),
                      .last_sequence = from.number(row, 7),
                      .last_created_at_us = from.number(row, 8),
                      .due_at_us = from.get(row, 10) ? std::optional(from.number(row, 10)) : std::nullopt});
    into.now_us = std::max(into.now_us, from.number(row, 9));
}

constexpr std::string_view event_columns =
    "event_id, result, reason, evidence IS NOT NULL OR evidence_sha256 IS NOT NULL, effect IS NOT NULL,"
    " endpoint, livemode, account, event_type = 'payment_intent.succeeded'"; // as add_events has it

constexpr std::string_view open_batch = "SELECT * FROM tokenledger.open_batch(";

class postgres_store final : public store {
  public:
    explicit postgres_store(const postgres_options& options)
        : options_(options),
          batch_limit_(options.statement_timeout + options.connect_timeout) {}

    opening begin(const wanted& first) override;
    payment_map lock_payments(std::span<const std::string_view> ids) override;
    std::set<std::string, std::less<>> existing_accounts(std::span<const std::string_view> user_ids) override;
    locked_accounts lock_accounts(std::span<const std::string_view> user_ids) override;
    event_map lock_events(std::span<const std::string_view> event_ids) override;
    used_keys read_keys(std::span<const key_id> ids) override;
    charge_map read_charges(std::span<const usage_id> ids) override;
    member_spending read_spending(std::span<const member_id> members, std::int64_t now_us,
                                  bool with_sums) override;
    found_lots read_lots(const wanted_lots& of) override;
    std::vector<std::size_t> apply(const batch_plan& rows, std::span<const command> batch,
                                   std::span<const std::string> evidence) override;
    void commit() override;
    void rollback() noexcept override;

  private:
    pg::connection& connected();
    [[nodiscard]] std::string settings() const;
    [[nodiscard]] std::string literal(std::span<const std::string_view> ids);
    pg::rows locking(const std::string& sql);
    opening open(const wanted& first);
    void read_known_payments(std::span<const std::string_view> ids, payment_map& into);

    // Runs a step. Drops the connection after a failure that leaves it in an unknown state.
    template <class Step>
    auto guarded(Step step) {
        try {
            return step();
        } catch (const store_error& error) {
            const store_failure why = error.failure();
            if (why != store_failure::refused && why != store_failure::conflict &&
                why != store_failure::outdated)
                drop();
            throw;
        } catch (...) {
            drop();
            throw;
        }
    }

    void drop() noexcept {
        connection_.reset();
        state_ = transaction::none;
    }

    enum class transaction : std::uint8_t {
        none,
        wanted, // begin was called; BEGIN travels with the first statement, which saves a round trip
        open,
    };

    const postgres_options options_;
    const std::chrono::milliseconds batch_limit_;
    const std::string beginning_ = settings();
    std::unique_ptr<pg::connection> connection_;
    transaction state_ = transaction::none;
    bool wrote_ = false; // true: this transaction certainly wrote a row
};

pg::connection& postgres_store::connected() {
    if (!connection_)
        connection_ = std::make_unique<pg::connection>(options_.url, options_.connect_timeout);
    return *connection_;
}

// BEGIN, and settings for this transaction only: a pooler may give the server's session to another client
// afterwards.
std::string postgres_store::settings() const {
    return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = " +
           std::to_string(options_.statement_timeout.count()) +
           // The newest known migration: tokenledger.open_batch checks whether this program may write.
           "; SET LOCAL tokenledger.program = " + std::string(known_migrations().back().version) +
           // Every statement below finds its rows by key. Plans are kept, such as those of foreign keys,
           // while tables grow: no plan may read a whole table because it was small once.
           "; SET LOCAL enable_seqscan = off"
           // If this machine dies, its locks must not live until TCP gives up.
           "; SET LOCAL idle_in_transaction_session_timeout = " +
           std::to_string(batch_limit_.count()) +
           // So any message during COMMIT is a warning, and a reason for doubt.
           "; SET LOCAL client_min_messages = warning; ";
}

std::string postgres_store::literal(std::span<const std::string_view> ids) {
    pg::array list(ids.size() * 32);
    for (const std::string_view id : ids)
        list.add(id);
    return connected().quote(std::move(list).finish()) + "::text[]";
}

store::opening postgres_store::begin(const wanted& first) {
    return guarded([&] {
        connected().limit(batch_limit_);
        state_ = transaction::wanted;
        wrote_ = false;
        const bool nothing = first.events.empty() && first.payments.empty() && first.accounts.empty();
        return nothing ? opening{} : open(first);
    });
}

store::opening postgres_store::open(const wanted& first) {
    const pg::rows found = locking(std::string(open_batch) + literal(first.events) + ", " +
                                   literal(first.payments) + ", " + literal(first.accounts) + ")");
    opening opened;
    payment_map made;
    locked_accounts locked;
    for (std::size_t row = 0; row < found.size(); ++row) {
        const std::string_view what = found.text(row, 0);
        if (what == "event")
            opened.committed.emplace(found.text(row, 1), event_state_of(found, row, 2));
        else if (what == "payment")
            made.try_emplace(std::string(found.text(row, 1)));
        else
            read_account(found, row, locked);
    }
    if (!opened.committed.empty())
        return opened;
    const bool all_new = made.size() == first.payments.size();
    if (!all_new)
        read_known_payments(first.payments, made);
    opened.payments = std::move(made);
    if (all_new && !first.accounts.empty()) {
        if (locked.accounts.size() != first.accounts.size())
            throw store_error(store_failure::conflict, "an account vanished while it was being locked");
        opened.accounts = std::move(locked);
    }
    return opened;
}

// Prepares the transaction as open_batch does for every batch, without events, payments or accounts.
constexpr std::string_view open_nothing = "SELECT FROM tokenledger.open_batch('{}', '{}', '{}'); ";

// Runs `sql` inside the transaction, which it begins if necessary.
pg::rows postgres_store::locking(const std::string& sql) {
    if (state_ == transaction::none)
        throw store_error(store_failure::unavailable, "no transaction: the connection was lost");
    if (state_ == transaction::open)
        return connected().exec(sql);
    state_ = transaction::open; // also if it fails: BEGIN may have been done
    return connected().exec(sql.starts_with(open_batch) ? beginning_ + sql
                                                        : beginning_ + std::string(open_nothing) + sql);
}

payment_map postgres_store::lock_payments(std::span<const std::string_view> ids) {
    if (ids.empty())
        return {};
    return guarded([&] { return *open({.payments = ids}).payments; });
}

// Locks and reads those of `ids` that are not in `into`.
void postgres_store::read_known_payments(std::span<const std::string_view> ids, payment_map& into) {
    std::vector<std::string_view> known;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(known),
                 [&](std::string_view id) { return !into.contains(id); });
    const std::string listed = literal(known);
    // Two statements in one round trip: the second sees what was committed while the first waited for its
    // locks.
    const pg::rows found =
        locking("SELECT FROM tokenledger.payments WHERE payment_intent_id = ANY(" + listed +
                ") ORDER BY payment_intent_id FOR UPDATE; SELECT " + std::string(payment_columns) + ", " +
                std::string(payment_origins) +
                " FROM tokenledger.payments AS paid WHERE payment_intent_id = ANY(" + listed + ")");
    std::vector<std::string_view> with_details;
    for (std::size_t row = 0; row < found.size(); ++row) {
        const std::string_view id = found.text(row, 0);
        payment_state& payment = into[std::string(id)];
        if (read_payment(found, row, payment))
            with_details.push_back(id);
        payment.origins = read_origins(found.get(row, payment_columns_count).value_or(""));
    }
    if (found.size() != known.size())
        throw store_error(store_failure::conflict, "a payment vanished while it was being locked");
    if (!with_details.empty())
        read_details(locking(select_details(literal(with_details))), into);
}

std::set<std::string, std::less<>>
postgres_store::existing_accounts(std::span<const std::string_view> user_ids) {
    return guarded([&] {
        const pg::rows found = locking("SELECT user_id FROM tokenledger.token_accounts WHERE user_id = ANY(" +
                                       literal(user_ids) + ")");
        std::set<std::string, std::less<>> existing;
        for (std::size_t row = 0; row < found.size(); ++row)
            existing.emplace(found.text(row, 0));
        return existing;
    });
}

used_keys postgres_store::read_keys(std::span<const key_id> ids) {
    return guarded([&] {
        if (state_ != transaction::open)
            locking("SELECT 1"); // a batch without payments and accounts: BEGIN has not been sent yet
        std::vector<std::optional<std::string>> values;
        const std::string sql = select_keys(ids, values);
        return ledger::read_keys(connected().exec(sql, values));
    });
}

// These two come after read_keys(), which has sent BEGIN.
charge_map postgres_store::read_charges(std::span<const usage_id> ids) {
    return guarded([&] { return ledger::read_charges(connected(), ids); });
}

member_spending postgres_store::read_spending(std::span<const member_id> members, std::int64_t now_us,
                                              bool with_sums) {
    return guarded([&] { return ledger::read_spending(connected(), members, now_us, with_sums); });
}

// After the locks: BEGIN has been sent.
store::found_lots postgres_store::read_lots(const wanted_lots& of) {
    return guarded([&] { return ledger::read_lots(connected(), of); });
}

store::locked_accounts postgres_store::lock_accounts(std::span<const std::string_view> user_ids) {
    return guarded([&] {
        if (user_ids.empty())
            return locked_accounts{}; // only a lock gives a time that a row may have
        return *open({.accounts = user_ids}).accounts;
    });
}

event_map postgres_store::lock_events(std::span<const std::string_view> event_ids) {
    return guarded([&] {
        const pg::rows found = locking("SELECT " + std::string(event_columns) +
                                       " FROM tokenledger.stripe_events WHERE event_id = ANY(" +
                                       literal(event_ids) + ") ORDER BY event_id FOR UPDATE");
        event_map locked;
        for (std::size_t row = 0; row < found.size(); ++row) {
            event_state state = event_state_of(found, row, 1);
            state.endpoint = found.text(row, 5);
            state.is_purchase = found.text(row, 8) == "t";
            if (found.get(row, 6))
                state.origin = event_origin{.livemode = found.text(row, 6) == "t",
                                            .account = std::string(found.get(row, 7).value_or(""))};
            locked.emplace(found.text(row, 0), std::move(state));
        }
        return locked;
    });
}

std::vector<std::size_t> postgres_store::apply(const batch_plan& rows, std::span<const command> batch,
                                               std::span<const std::string> evidence) {
    return guarded([&] {
        if (state_ != transaction::open)
            locking("SELECT 1"); // a batch without payments: BEGIN has not been sent yet
        std::vector<std::size_t> known = apply_rows(connected(), rows, batch, evidence);
        const bool beside_events = !rows.transactions.empty() || !rows.payments.empty() ||
                                   !rows.accounts.empty() || !rows.event_updates.empty() ||
                                   !rows.event_actions.empty() || !rows.usages.empty() ||
                                   !rows.limits.empty() || !rows.keys.empty() || !rows.lots.empty() ||
                                   !rows.holds.empty() || !rows.due.empty();
        wrote_ = beside_events || known.size() < rows.events.size();
        return known;
    });
}

void postgres_store::commit() {
    guarded([&] {
        if (state_ == transaction::none)
            throw store_error(store_failure::unavailable, "no transaction: the connection was lost");
        if (state_ == transaction::open && wrote_)
            connected().commit();
        else if (state_ == transaction::open)
            connected().confirm(); // the answer depends on the commits of others
        state_ = transaction::none;
    });
}

void postgres_store::rollback() noexcept {
    if (state_ == transaction::open && connection_ && !connection_->rollback())
        drop();
    state_ = transaction::none;
}

} // namespace

std::unique_ptr<store> make_postgres_store(const postgres_options& options) {
    return std::make_unique<postgres_store>(options);
}

std::unique_ptr<writer> make_postgres_writer(const writer_options& options, const postgres_options& database,
                                             std::size_t workers,
                                             std::function<void(const batch_report&)> observe) {
    std::vector<std::unique_ptr<store>> stores;
    for (std::size_t i = 0; i < workers; ++i)
        stores.push_back(make_postgres_store(database));
    return std::make_unique<writer>(options, std::move(stores), std::move(observe));
}

} // namespace tokenledger::ledger
