// The ledger's one entry point.
#pragma once

#include "ledger/command.hpp"

#include <chrono>
#include <cstdint>
#include <functional>

namespace tokenledger::ledger {

enum class admission : std::uint8_t {
    accepted,   // `settled` will be called exactly once
    queue_full, // not taken: `settled` is never called
    stopping,   // not taken: `settled` is never called
};

using settled_fn = std::function<void(settlement)>;

class entry {
  public:
    virtual ~entry() = default;

    // Takes a command. `settled` is called once, on a thread of the ledger, after COMMIT or when the
    // deadline has made the command pointless; it must not block or throw. Safe from any thread.
    [[nodiscard]] virtual admission submit(command what, std::chrono::steady_clock::time_point deadline,
                                           settled_fn settled) = 0;
};

} // namespace tokenledger::ledger
