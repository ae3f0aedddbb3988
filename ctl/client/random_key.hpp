// Random idempotency keys.
#pragma once

#include <string>

namespace tokenledger::ctl {

// A UUID of version 4 (RFC 9562) from the kernel's random numbers. Throws boost::uuids::entropy_error.
[[nodiscard]] std::string random_key();

} // namespace tokenledger::ctl
