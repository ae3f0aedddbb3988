// Read, lock, plan, apply, commit: the order of design rule 4, in one place.
#include "ledger/batch.hpp"

#include "ledger/evidence.hpp"
#include "ledger/plan.hpp"

namespace tokenledger::ledger {

namespace {

std::vector<std::string_view> event_ids(std::span<const command> batch) {
    std::vector<std::string_view> ids;
    ids.reserve(batch.size());
    for (const command& each : batch)
        ids.emplace_back(std::get<stripe_command>(each).event.id);
    return ids;
}

// Packed before the locks are taken: compressing a batch takes milliseconds that nobody should wait for.
std::vector<std::string> pack_all(std::span<const command> batch, const event_id_set& committed) {
    std::vector<std::string> packed(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto& stripe = std::get<stripe_command>(batch[i]);
        if (!std::holds_alternative<ignore_event>(stripe.effect) && !committed.contains(stripe.event.id))
            packed[i] = pack_evidence(stripe.event.signature_header, stripe.event.body);
    }
    return packed;
}

struct open_transaction {
    explicit open_transaction(store& where) : where_(where) { where_.begin(); }
    ~open_transaction() {
        if (!committed_)
            where_.rollback();
    }
    open_transaction(const open_transaction&) = delete;
    open_transaction& operator=(const open_transaction&) = delete;

    void commit() {
        where_.commit();
        committed_ = true;
    }

  private:
    store& where_;
    bool committed_ = false;
};

} // namespace

std::vector<outcome> run_batch(store& where, std::span<const command> batch) {
    const std::vector<std::string_view> ids = event_ids(batch);
    snapshot known;
    known.committed_events = where.committed_events(ids);

    // A batch of nothing but duplicates ends here: no lock, no transaction, no WAL.
    bool all_committed = true;
    for (const std::string_view id : ids)
        all_committed = all_committed && known.committed_events.contains(id);
    if (all_committed)
        return std::vector<outcome>(batch.size(), outcome{.result = result::duplicate});

    const std::vector<std::string> evidence = pack_all(batch, known.committed_events);

    open_transaction transaction(where);
    const auto payments = payments_to_lock(batch, known.committed_events);
    if (!payments.empty())
        known.payments = where.lock_payments(payments);
    const auto users = accounts_to_lock(batch, known.committed_events, known.payments);
    if (!users.empty()) {
        auto locked = where.lock_accounts(users);
        known.accounts = std::move(locked.accounts);
        known.now_us = locked.now_us;
    }
    batch_plan rows = plan(batch, known);
    const std::vector<std::size_t> committed_meanwhile = where.apply(rows, batch, evidence);
    transaction.commit();

    for (const std::size_t position : committed_meanwhile)
        rows.outcomes[position] = outcome{.result = result::duplicate};
    return std::move(rows.outcomes);
}

} // namespace tokenledger::ledger
