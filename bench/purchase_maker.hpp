// The commands that the daemon would give to its ledger for the load's events, without HTTP and checks of
// signatures: for measurements of the ledger alone.
#pragma once

#include "options.hpp"
#include "request_maker.hpp"

#include "ledger/command.hpp"
#include "webhook/catalog.hpp"
#include "webhook/translate.hpp"

#include <cstdint>
#include <string>

namespace tokenledger::bench {

// Every event of the load buys a pack of 100000 tokens for 999 cents.
inline constexpr std::int64_t pack_tokens = 100'000;
inline constexpr std::int64_t pack_cents = 999;

class purchase_maker {
  public:
    explicit purchase_maker(const load_options& options);

    // Number `index` of the load; its evidence is the event's body and a header with a random signature.
    [[nodiscard]] ledger::stripe_command command(std::uint64_t index);

  private:
    load_options options_;
    request_maker maker_;
    webhook::catalog catalog_;
    webhook::endpoint_policy endpoint_;
    std::string header_;
};

} // namespace tokenledger::bench
