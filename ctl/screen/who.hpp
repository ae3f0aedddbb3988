// The name of a uid.
#pragma once

#include <cstdint>
#include <string>

namespace tokenledger::ctl {

// "alice (1000)" where this host knows the uid, else "uid 1000".
[[nodiscard]] std::string who(std::int64_t uid);

} // namespace tokenledger::ctl
