// The commands that the daemon would hand to its ledger for the load's events, without HTTP and signatures
// checked: what is measured below it starts here.
#pragma once

#include "options.hpp"
#include "request_maker.hpp"

#include "ledger/command.hpp"
#include "webhook/catalog.hpp"
#include "webhook/translate.hpp"

#include <cstdint>
#include <string>

namespace tokenledger::bench {

// A pack of 100000 tokens for 999 cents is what every event of the load buys.
inline constexpr std::int64_t pack_tokens = 100'000;
inline constexpr std::int64_t pack_cents = 999;

class purchase_maker {
  public:
    explicit purchase_maker(const load_options& options);

    // Number `index` of the load; its evidence is the event's body and a header with a noise of a signature.
    [[nodiscard]] ledger::stripe_command command(std::uint64_t index);

  private:
    load_options options_;
    request_maker maker_;
    webhook::catalog catalog_;
    webhook::endpoint_policy endpoint_;
    std::string header_;
};

} // namespace tokenledger::bench
