// Two stores at once: one in memory, one in PostgreSQL. Whatever is read must be the same in both; the time
// is that of the memory, so a test can set it.
#pragma once

#include "ledger/postgres.hpp"
#include "memory_store.hpp"
#include "postgres/store.hpp"
#include "test_database.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::test {

class twin_store final : public ledger::store {
  public:
    explicit twin_store(const std::shared_ptr<ledger::memory_database>& memory)
        : books_(memory),
          memory_(ledger::make_memory_store(memory)) {}

    opening begin(const wanted& first) override {
        opening one = memory_->begin(first);
        opening other = postgres_->begin(first);
        BOOST_REQUIRE_EQUAL(one.committed.size(), other.committed.size());
        if (other.accounts)
            other.accounts =
                same(one.accounts ? std::move(*one.accounts) : memory_->lock_accounts(first.accounts),
                     std::move(*other.accounts));
        return other;
    }
    ledger::payment_map lock_payments(std::span<const std::string_view> ids) override {
        static_cast<void>(memory_->lock_payments(ids));
        return postgres_->lock_payments(ids);
    }
    std::set<std::string, std::less<>>
    existing_accounts(std::span<const std::string_view> user_ids) override {
        auto found = postgres_->existing_accounts(user_ids);
        BOOST_REQUIRE((found == memory_->existing_accounts(user_ids)));
        return found;
    }
    locked_accounts lock_accounts(std::span<const std::string_view> user_ids) override {
        return same(memory_->lock_accounts(user_ids), postgres_->lock_accounts(user_ids));
    }
    ledger::event_map lock_events(std::span<const std::string_view> event_ids) override {
        static_cast<void>(memory_->lock_events(event_ids));
        return postgres_->lock_events(event_ids);
    }
    ledger::used_keys read_keys(std::span<const ledger::key_id> ids) override {
        ledger::used_keys used = postgres_->read_keys(ids);
        const ledger::used_keys other = memory_->read_keys(ids);
        BOOST_REQUIRE((used.keys == other.keys));
        used.asked_at_us = other.asked_at_us;
        return used;
    }
    ledger::charge_map read_charges(std::span<const ledger::usage_id> ids) override {
        const ledger::charge_map found = postgres_->read_charges(ids);
        ledger::charge_map other = memory_->read_charges(ids);
        for (auto& [id, charge] : other) {
            charge.created_at_us = found.at(id).created_at_us; // without a charge, the time of its writing
            charge.from = by_lot(charge.from);
            ledger::charge_state same = found.at(id);
            same.from = by_lot(same.from);
            BOOST_REQUIRE((same == charge));
        }
        BOOST_REQUIRE_EQUAL(found.size(), other.size());
        return found;
    }
    ledger::member_spending read_spending(std::span<const ledger::member_id> members, std::int64_t now_us,
                                          bool with_sums) override {
        static_cast<void>(memory_->read_spending(members, now_us, with_sums));
        return postgres_->read_spending(members, now_us, with_sums);
    }

    // PostgreSQL reads what may matter, the memory everything: what is read is the same, what is left out has
    // no tokens left, is a hold that is over, or is of a payment whose account the batch does not change.
    found_lots read_lots(const wanted_lots& asked) override {
        found_lots found = postgres_->read_lots(asked);
        found_lots all = memory_->read_lots(asked);
        for (const auto& [user, lots] : all.accounts)
            require_part(found.accounts[user], lots, asked.from_us);
        for (const auto& [id, taken] : all.taken_from) {
            std::vector<ledger::lot_tokens> some = taken;
            std::erase_if(some, [](const ledger::lot_tokens& each) { return each.tokens == 0; });
            if (std::ranges::find(asked.users, books_->payments.at(id).credit->user_id) == asked.users.end())
                some.clear();
            BOOST_REQUIRE((by_lot(found.taken_from[id]) == by_lot(some)));
        }
        return found;
    }

    std::vector<std::size_t> apply(const ledger::batch_plan& rows, std::span<const ledger::command> batch,
                                   std::span<const std::string> evidence) override {
        auto known = postgres_->apply(rows, batch, evidence);
        BOOST_REQUIRE((known == memory_->apply(rows, batch, evidence)));
        return known;
    }
    void commit() override {
        postgres_->commit();
        memory_->commit();
    }
    void rollback() noexcept override {
        postgres_->rollback();
        memory_->rollback();
    }

  private:
    static locked_accounts same(locked_accounts one, locked_accounts other) {
        BOOST_REQUIRE_EQUAL(one.accounts.size(), other.accounts.size());
        for (const auto& [user, account] : one.accounts)
            BOOST_REQUIRE((other.accounts[user] == account));
        other.now_us = one.now_us;
        return other;
    }

    // The planner sorts them itself.
    static std::vector<ledger::lot_tokens> by_lot(std::vector<ledger::lot_tokens> list) {
        std::ranges::sort(list, {}, &ledger::lot_tokens::lot);
        return list;
    }

    static void require_part(const ledger::account_lots& part, const ledger::account_lots& all,
                             std::int64_t from_us) {
        BOOST_REQUIRE_EQUAL(part.last_lot, all.last_lot);
        for (const ledger::lot_state& lot : part.lots) {
            const ledger::lot_state* same = all.find(lot.lot);
            BOOST_REQUIRE((same != nullptr && *same == lot));
        }
        for (const ledger::lot_state& lot : all.lots)
            BOOST_REQUIRE(lot.remaining == 0 || part.find(lot.lot) != nullptr);
        BOOST_REQUIRE((std::ranges::is_sorted(part.lots, ledger::is_used_before)));
        for (const auto& [id, hold] : part.holds)
            BOOST_REQUIRE((all.holds.at(id) == hold));
        for (const auto& [id, hold] : all.holds)
            BOOST_REQUIRE(!hold.is_open(from_us) || part.holds.contains(id));
    }

    std::shared_ptr<ledger::memory_database> books_;
    test_database database_;
    std::unique_ptr<ledger::store> memory_;
    std::unique_ptr<ledger::store> postgres_ = ledger::make_postgres_store({.url = database_.url()});
};

} // namespace tokenledger::test
