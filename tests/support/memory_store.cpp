// A database of maps. Transactions run one at a time, on a copy that commit moves into the database.
#include "memory_store.hpp"

#include "codec/command.hpp"

#include "core/batch_ledger.hpp"

#include <algorithm>

namespace tokenledger::ledger {

namespace {

event_state state_of(const memory_database::stored_event& event) {
    return {.result = event.result,
            .reason = event.reason,
            .has_evidence = !event.evidence.empty(),
            .keeps_translation = !event.effect.empty(),
            .is_purchase = event.is_purchase,
            .endpoint = event.endpoint,
            .origin = event.origin};
}

// The same rule as in tokenledger.add_events.
bool gives_way(const event_state& before, const event_state& now) {
    if (now.result == result::ignored && !now.has_evidence &&
        !(now.keeps_translation && !before.keeps_translation))
        return false;
    if (!claims_event(before))
        return before.result == result::ignored || claims_event(now);
    return is_contestable(before) && before.endpoint != now.endpoint && now.has_evidence &&
           !is_contestable(now);
}

class memory_store final : public store {
  public:
    explicit memory_store(std::shared_ptr<memory_database> database) : database_(std::move(database)) {}
    ~memory_store() override { rollback(); }
    memory_store(const memory_store&) = delete;
    memory_store& operator=(const memory_store&) = delete;

    opening begin(const wanted& first) override {
        lock_ = std::unique_lock(database_->guard);
        opening found;
        try {
            step("begin", {});
            found.committed = committed(first.events);
            if (found.committed.empty())
                step("lock", {});
        } catch (...) {
            lock_.unlock();
            throw;
        }
        payments_ = database_->payments;
        accounts_ = database_->accounts;
        events_ = database_->events;
        keys_ = database_->keys;
        usages_.clear();
        limits_.clear();
        transactions_.clear();
        actions_.clear();
        if (!found.committed.empty())
            return found;
        const bool all_new = std::none_of(first.payments.begin(), first.payments.end(),
                                          [&](std::string_view id) { return payments_.contains(id); });
        found.payments = lock_payments(first.payments);
        if (all_new && !first.accounts.empty())
            found.accounts = lock_accounts(first.accounts);
        return found;
    }

    payment_map lock_payments(std::span<const std::string_view> ids) override {
        payment_map locked;
        for (const std::string_view id : ids)
            locked.insert(*payments_.try_emplace(std::string(id)).first);
        return locked;
    }

    std::set<std::string, std::less<>>
    existing_accounts(std::span<const std::string_view> user_ids) override {
        std::set<std::string, std::less<>> existing;
        for (const std::string_view user : user_ids) {
            if (accounts_.contains(user))
                existing.emplace(user);
        }
        return existing;
    }

    event_map lock_events(std::span<const std::string_view> event_ids) override {
        event_map locked;
        for (const std::string_view id : event_ids) {
            if (const auto at = events_.find(id); at != events_.end())
                locked.emplace(id, state_of(at->second));
        }
        return locked;
    }

    used_keys read_keys(std::span<const key_id> ids) override {
        used_keys used{.keys = {}, .asked_at_us = database_->now_us};
        for (const key_id& id : ids) {
            if (const auto at = keys_.find(id); at != keys_.end())
                used.keys.insert(*at);
        }
        return used;
    }

    charge_map read_charges(std::span<const usage_id> ids) override {
        charge_map charges;
        for (const memory_database::stored_usage& each : database_->usages) {
            if (std::ranges::find(ids, usage_id{each.what.user_id, each.what.request_id}) != ids.end())
                charges.emplace(usage_id{each.what.user_id, each.what.request_id},
                                charge_state{.tokens = each.charged_tokens,
                                             .member = each.what.member,
                                             .created_at_us = each.created_at_us,
                                             .from = lots_of(each)});
        }
        return charges;
    }

    member_spending read_spending(std::span<const member_id> members, std::int64_t now_us,
                                  bool with_sums) override {
        member_spending found;
        for (const member_id& each : members) {
            if (const auto limits = database_->limits.find(each.user_id); limits != database_->limits.end())
                found.limits.insert(*limits);
        }
        if (found.limits.empty() && !with_sums)
            return found;
        for (const member_id& each : members)
            found.spent[each] = {};
        for (const memory_database::stored_usage& each : database_->usages)
            found.add({each.what.user_id, each.what.member}, each.charged_tokens - given_back(each.what),
                      each.created_at_us, now_us);
        return found;
    }

    locked_accounts lock_accounts(std::span<const std::string_view> user_ids) override {
        locked_accounts locked;
        for (const std::string_view user : user_ids)
            locked.accounts.insert(*accounts_.try_emplace(std::string(user)).first).first->second.lots = {};
        locked.now_us = database_->now_us;
        return locked;
    }

    // All that there is: what PostgreSQL leaves out does not matter.
    found_lots read_lots(const wanted_lots& asked) override {
        found_lots found;
        for (const std::string_view user : asked.users)
            found.accounts.emplace(user, accounts_.find(user)->second.lots);
        for (const std::string_view id : asked.payments)
            found.taken_from.emplace(id, payments_.find(id)->second.taken_from);
        return found;
    }

    std::vector<std::size_t> apply(const batch_plan& rows, std::span<const command> batch,
                                   std::span<const std::string> evidence) override {
        step("apply", batch);
        transactions_ = rows.transactions;
        for (const payment_row& row : rows.payments)
            payments_[row.id] = row.state;
        for (const event_update& update : rows.event_updates) {
            memory_database::stored_event& event = events_.find(update.event_id)->second;
            event.result = update.result;
            event.reason = update.reason;
        }
        for (const auto& [user, account] : rows.accounts) {
            account_state& known = accounts_[user];
            known.balance = account.balance;
            known.last_sequence = account.last_sequence;
            known.last_created_at_us = account.last_created_at_us;
        }
        apply_lots(rows);
        actions_ = rows.event_actions;
        for (const key_row& row : rows.keys)
            keys_.emplace(row.id, row.state);
        for (const usage_row& row : rows.usages)
            usages_.push_back({.what = *row.what,
                               .actor = row.actor,
                               .deduction_sequence = row.deduction_sequence,
                               .charged_tokens = row.charged_tokens,
                               .uncovered_tokens = row.uncovered_tokens,
                               .created_at_us = row.at_us != 0 ? row.at_us : database_->now_us});
        limits_ = rows.limits;
        std::vector<std::size_t> committed_meanwhile;
        for (const event_row& row : rows.events) {
            const auto& what = std::get<stripe_command>(batch[row.command]);
            const stripe_event& event = what.event;
            const memory_database::stored_event made{
                .result = row.result,
                .reason = row.reason,
                .is_purchase = std::holds_alternative<purchase>(what.effect),
                .payment_intent_id = event.payment_intent_id,
                .evidence = row.with_evidence ? evidence[row.command] : std::string(),
                .effect = row.keeps_translation ? encode(what.effect) : std::string(),
                .endpoint = event.endpoint,
                .origin = origin_of(event)};
            auto [at, added] = events_.try_emplace(event.id, made);
            if (!added && gives_way(state_of(at->second), state_of(made))) {
                const std::string first = at->second.evidence;
                at->second = made;
                if (!first.empty())
                    at->second.evidence = first; // that of the first delivery stays
                added = true;
            }
            if (!added && row.must_be_new)
                throw store_error(store_failure::conflict, "event " + event.id + " was committed meanwhile");
            if (!added)
                committed_meanwhile.push_back(row.command);
        }
        // After the events, because an action may be on an event of this batch.
        for (const event_action_row& row : rows.event_actions) {
            const operation& only = std::get<admin_command>(batch[row.command]).operations.front();
            std::string& payment = events_.find(event_acted_on(only))->second.payment_intent_id;
            if (payment.empty())
                payment = payment_read_anew(only);
        }
        return committed_meanwhile;
    }

    void commit() override {
        step("commit", {});
        database_->payments = std::move(payments_);
        database_->accounts = std::move(accounts_);
        database_->events = std::move(events_);
        database_->transactions.insert(database_->transactions.end(), transactions_.begin(),
                                       transactions_.end());
        database_->actions.insert(database_->actions.end(), actions_.begin(), actions_.end());
        database_->keys = std::move(keys_);
        database_->usages.insert(database_->usages.end(), usages_.begin(), usages_.end());
        member_spending limits{.limits = std::move(database_->limits)};
        for (const limit_row& row : limits_)
            limits.set(*row.what);
        database_->limits = std::move(limits.limits);
        step("after_commit", {});
        lock_.unlock();
    }

    void rollback() noexcept override {
        if (lock_.owns_lock())
            lock_.unlock();
    }

  private:
    void apply_lots(const batch_plan& rows) {
        for (const lot_row& row : rows.lots) {
            account_lots& known = accounts_[row.user_id].lots;
            if (lot_state* lot = known.find(row.state.lot)) {
                *lot = row.state;
                continue;
            }
            known.lots.insert(std::ranges::upper_bound(known.lots, row.state, is_used_before), row.state);
            known.last_lot = std::max(known.last_lot, row.state.lot);
        }
        for (const hold_row& row : rows.holds)
            accounts_[row.user_id].lots.holds.insert_or_assign(row.hold_id, row.state);
        for (const due_row& row : rows.due)
            accounts_[row.user_id].due_at_us = row.at_us;
    }

    [[nodiscard]] std::vector<lot_tokens> lots_of(const memory_database::stored_usage& of) const {
        std::vector<lot_tokens> from;
        for (const transaction_row& row : database_->transactions) {
            if (row.user_id != of.what.user_id || row.sequence != of.deduction_sequence)
                continue;
            for (const lot_tokens& each : row.lots)
                from.push_back({each.lot, -each.tokens});
        }
        return from;
    }

    [[nodiscard]] std::int64_t given_back(const usage& what) const {
        for (const transaction_row& row : database_->transactions) {
            if (row.type == transaction_type::refund && row.user_id == what.user_id &&
                row.usage_request_id == what.request_id)
                return row.token_amount;
        }
        return 0;
    }

    [[nodiscard]] event_map committed(std::span<const std::string_view> event_ids) const {
        event_map known;
        for (const std::string_view id : event_ids) {
            if (const auto at = database_->events.find(id); at != database_->events.end())
                known.emplace(id, state_of(at->second));
        }
        return known;
    }

    void step(std::string_view name, std::span<const command> batch) const {
        if (database_->before)
            database_->before(name, batch);
    }

    std::shared_ptr<memory_database> database_;
    std::unique_lock<std::recursive_mutex> lock_;
    payment_map payments_;
    account_map accounts_;
    std::map<std::string, memory_database::stored_event, std::less<>> events_;
    std::vector<transaction_row> transactions_;
    key_map keys_;
    std::vector<event_action_row> actions_;
    std::vector<memory_database::stored_usage> usages_;
    std::vector<limit_row> limits_;
};

} // namespace

std::unique_ptr<store> make_memory_store(std::shared_ptr<memory_database> database) {
    return std::make_unique<memory_store>(std::move(database));
}

} // namespace tokenledger::ledger
