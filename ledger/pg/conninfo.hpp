// The database URL, completed with defaults.
#pragma once

#include <chrono>
#include <string>

namespace tokenledger::ledger::pg {

// A keyword string for libpq, from any URI or keyword string. Values of `url` stay, except client_encoding,
// which is always UTF8; connect_timeout (seconds, rounded up) and fallback_application_name are filled in.
// Throws unreadable_url if libpq cannot read it.
[[nodiscard]] std::string complete_conninfo(const std::string& url,
                                            std::chrono::milliseconds connect_timeout);

} // namespace tokenledger::ledger::pg
