// The ledger's one entry point.
#pragma once

#include "ledger/command.hpp"

#include <chrono>
#include <cstdint>
#include <functional>

namespace tokenledger::ledger {

enum class admission : std::uint8_t {
    accepted,   // `completed` will be called exactly once
    queue_full, // not taken: `completed` is never called
    stopping,   // not taken: `completed` is never called
};

using completion_fn = std::function<void(completion)>;

class command_sink {
  public:
    virtual ~command_sink() = default;

    // Takes a command. `completed` is called once, on a thread of the ledger: after COMMIT, or with the
    // reason why the command has no outcome. It must not block or throw. Safe from any thread.
    [[nodiscard]] virtual admission submit(command what, std::chrono::steady_clock::time_point deadline,
                                           completion_fn completed) = 0;
};

} // namespace tokenledger::ledger
