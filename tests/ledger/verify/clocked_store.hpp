// The store of PostgreSQL with the time of a test in place of the database's: days pass without waiting.
#pragma once

#include "postgres/store.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace tokenledger::test {

class clocked_store final : public ledger::store {
  public:
    clocked_store(std::unique_ptr<ledger::store> inner, const std::int64_t& now_us)
        : inner_(std::move(inner)),
          now_us_(now_us) {}

    opening begin(const wanted& first) override {
        opening opened = inner_->begin(first);
        if (opened.accounts)
            opened.accounts->now_us = now_us_;
        return opened;
    }
    ledger::payment_map lock_payments(std::span<const std::string_view> ids) override {
        return inner_->lock_payments(ids);
    }
    std::set<std::string, std::less<>> existing_accounts(std::span<const std::string_view> ids) override {
        return inner_->existing_accounts(ids);
    }
    locked_accounts lock_accounts(std::span<const std::string_view> ids) override {
        locked_accounts locked = inner_->lock_accounts(ids);
        locked.now_us = now_us_;
        return locked;
    }
    ledger::event_map lock_events(std::span<const std::string_view> ids) override {
        return inner_->lock_events(ids);
    }
    ledger::used_keys read_keys(std::span<const ledger::key_id> ids) override {
        ledger::used_keys used = inner_->read_keys(ids);
        used.asked_at_us = now_us_;
        return used;
    }
    ledger::charge_map read_charges(std::span<const ledger::usage_id> ids) override {
        return inner_->read_charges(ids);
    }
    ledger::member_spending read_spending(std::span<const ledger::member_id> members, std::int64_t now_us,
                                          bool with_sums) override {
        return inner_->read_spending(members, now_us, with_sums);
    }
    found_lots read_lots(const wanted_lots& of) override { return inner_->read_lots(of); }
    std::vector<std::size_t> apply(const ledger::batch_plan& rows, std::span<const ledger::command> batch,
                                   std::span<const std::string> evidence) override {
        return inner_->apply(rows, batch, evidence);
    }
    void commit() override { inner_->commit(); }
    void rollback() noexcept override { inner_->rollback(); }

  private:
    std::unique_ptr<ledger::store> inner_;
    const std::int64_t& now_us_;
};

} // namespace tokenledger::test
