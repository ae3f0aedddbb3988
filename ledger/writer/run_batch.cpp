// Read, lock, plan, apply, commit: the order of the steps, in one place.
#include "writer/run_batch.hpp"

#include "codec/evidence.hpp"
#include "core/plan.hpp"

#include <algorithm>
#include <optional>

namespace tokenledger::ledger {

namespace {

std::vector<std::string_view> event_ids(std::span<const command> batch) {
    std::vector<std::string_view> ids;
    ids.reserve(batch.size());
    for (const command& each : batch) {
        if (const auto* stripe = std::get_if<stripe_command>(&each))
            ids.emplace_back(stripe->event.id);
    }
    return ids;
}

// True if every command is a duplicate: no locks, and no WAL except where standbys are named.
bool nothing_to_do(std::span<const command> batch, const event_id_set& committed) {
    return std::all_of(batch.begin(), batch.end(), [&](const command& each) {
        const auto* stripe = std::get_if<stripe_command>(&each);
        return stripe != nullptr && committed.contains(stripe->event.id);
    });
}

// The accounts that the batch creates if they are missing, and those that it needs only if they exist.
std::vector<std::string_view> all_accounts(store& where, std::span<const command> batch,
                                           const snapshot& known) {
    std::vector<std::string_view> users = accounts_to_lock(batch, known.committed_events, known.payments);
    const std::vector<std::string_view> wanted = accounts_to_look_for(batch);
    if (wanted.empty())
        return users;
    const auto existing = where.existing_accounts(wanted);
    for (const std::string_view user : wanted) {
        if (existing.contains(user))
            users.push_back(user);
    }
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    return users;
}

// Locks the events that operators act on and those that may give way to another endpoint, and reads them
// again.
void lock_events(store& where, std::span<const command> batch, std::span<const std::string_view> contested,
                 snapshot& known) {
    std::vector<std::string_view> events = events_to_lock(batch);
    events.insert(events.end(), contested.begin(), contested.end());
    std::sort(events.begin(), events.end());
    events.erase(std::unique(events.begin(), events.end()), events.end());
    if (events.empty())
        return;
    known.acted_events = where.lock_events(events);
    for (const std::string_view id : contested) {
        if (const auto now = known.acted_events.find(id); now != known.acted_events.end())
            known.unclaimed_events.insert_or_assign(std::string(id), now->second);
    }
}

// Packed evidence of the rows that keep it, by position in the batch.
std::vector<std::string> pack_all(const batch_plan& rows, std::span<const command> batch) {
    std::vector<std::string> packed(batch.size());
    for (const event_row& row : rows.events) {
        if (!row.with_evidence)
            continue;
        const stripe_event& event = std::get<stripe_command>(batch[row.command]).event;
        packed[row.command] = pack_evidence(event.signature_header, event.body);
    }
    return packed;
}

// Requests in one round trip what most batches need.
store::opening begin(store& where, std::span<const command> batch) {
    const auto events = event_ids(batch);
    const auto payments = payments_to_lock(batch, {});
    if (!accounts_to_look_for(batch).empty()) // all accounts are locked in one order: do not begin with some
        return where.begin({.events = events, .payments = payments});
    payment_map unknown;
    for (const std::string_view id : payments)
        unknown.try_emplace(std::string(id));
    const auto accounts = accounts_to_lock(batch, {}, unknown);
    return where.begin({.events = events, .payments = payments, .accounts = accounts});
}

struct open_transaction {
    explicit open_transaction(store& where) : where_(where) {}
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

// Reads lots and holds for those accounts that ever had one.
void read_lots(store& where, std::span<const command> batch, snapshot& known) {
    store::wanted_lots wanted{.from_us = earliest_time(batch, known.now_us)};
    for (const auto& [user, account] : known.accounts) {
        if (account.due_at_us)
            wanted.users.push_back(user);
    }
    if (wanted.users.empty())
        return;
    for (const auto& [id, payment] : known.payments) {
        if (payment.credit)
            wanted.payments.push_back(id);
    }
    wanted.holds = holds_to_read(batch);
    for (const auto& [of, charge] : known.charges) {
        for (const lot_tokens& each : charge.from)
            wanted.lots.emplace_back(of.user_id, each.lot);
    }
    store::found_lots found = where.read_lots(wanted);
    for (auto& [user, lots] : found.accounts)
        known.accounts[user].lots = std::move(lots);
    for (auto& [id, taken] : found.taken_from)
        known.payments[id].taken_from = std::move(taken);
}

// One attempt; nullopt: nothing was done, because `due_first` has to be posted before.
std::optional<std::vector<outcome>> attempt(store& where, std::span<const command> batch,
                                            const std::function<void()>& before_commit,
                                            std::vector<command>* due_first) {
    open_transaction transaction(where);
    snapshot known;
    store::opening opened = begin(where, batch);
    const auto contested = contested_events(batch, opened.committed);
    for (auto& [id, state] : opened.committed) {
        if (claims_event(state) && !std::binary_search(contested.begin(), contested.end(), id))
            known.committed_events.insert(id);
        else
            known.unclaimed_events.emplace(id, state);
    }
    const auto commit = [&] {
        if (before_commit)
            before_commit();
        transaction.commit();
    };
    if (nothing_to_do(batch, known.committed_events)) {
        commit();
        return std::vector<outcome>(batch.size(), outcome{.result = result::duplicate});
    }

    if (opened.payments)
        known.payments = std::move(*opened.payments);
    else if (const auto payments = payments_to_lock(batch, known.committed_events); !payments.empty())
        known.payments = where.lock_payments(payments);
    if (!opened.accounts) {
        if (const auto users = all_accounts(where, batch, known); !users.empty())
            opened.accounts = where.lock_accounts(users);
    }
    if (opened.accounts) {
        known.accounts = std::move(opened.accounts->accounts);
        known.now_us = opened.accounts->now_us;
    }
    lock_events(where, batch, contested, known);
    if (const auto keys = keys_to_read(batch); !keys.empty()) {
        used_keys used = where.read_keys(keys);
        known.keys = std::move(used.keys);
        known.asked_at_us = used.asked_at_us;
    }
    if (const auto usages = charges_to_read(batch); !usages.empty())
        known.charges = where.read_charges(usages);
    read_lots(where, batch, known);
    if (const auto members = members_to_read(batch, known.accounts); !members.empty())
        known.spending = where.read_spending(members, known.asked_at_us, sets_limits(batch));
    if (due_first != nullptr) {
        *due_first = commands_due(batch, known);
        if (!due_first->empty())
            return std::nullopt;
    }
    batch_plan rows = plan(batch, known);
    const std::vector<std::string> evidence = pack_all(rows, batch);
    const std::vector<std::size_t> committed_meanwhile = where.apply(rows, batch, evidence);
    commit();

    for (const std::size_t position : committed_meanwhile)
        rows.outcomes[position] = outcome{.result = result::duplicate};
    return std::move(rows.outcomes);
}

} // namespace

std::vector<outcome> run_batch(store& where, std::span<const command> batch,
                               const std::function<void()>& before_commit, std::size_t* expiries) {
    std::vector<command> due_first;
    for (;;) {
        if (auto outcomes = attempt(where, batch, before_commit, &due_first))
            return std::move(*outcomes);
        // Commands of their own, before the batch that met them: so an expiry is posted, once, also where
        // what met it is refused, and a rebuild finds its time with it.
        const auto posted = attempt(where, due_first, {}, nullptr);
        for (const outcome& each : *posted) {
            if (expiries != nullptr && !each.replayed)
                *expiries += each.posted.size();
        }
    }
}

} // namespace tokenledger::ledger
