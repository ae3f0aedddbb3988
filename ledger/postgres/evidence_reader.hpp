// Evidence of every format that a database can hold, whichever version wrote it.
#pragma once

#include "codec/evidence.hpp"
#include "pg/connection.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

// Dictionaries that are not built in are fetched once each. Used by one thread, and only while nothing else
// runs on the connection.
class evidence_reader {
  public:
    explicit evidence_reader(pg::connection& connection) : connection_(connection) {}

    // nullopt: the bytes are damaged, or the database lacks their dictionary.
    [[nodiscard]] std::optional<evidence> unpack(std::string_view packed);

  private:
    const std::string& dictionary(std::uint32_t id); // empty: there is no such dictionary

    pg::connection& connection_;
    std::map<std::uint32_t, std::string> dictionaries_;
};

} // namespace tokenledger::ledger
