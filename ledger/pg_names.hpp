// Slugs in rows as the values that they stand for. One that is unknown was written by a newer version.
#pragma once

#include "ledger/store.hpp"

#include <string>
#include <string_view>

namespace tokenledger::ledger {

template <class Value, std::size_t Count>
[[nodiscard]] Value value_named(std::string_view name, const Value (&values)[Count]) {
    for (const Value each : values) {
        if (to_string(each) == name)
            return each;
    }
    throw store_error(store_failure::unavailable,
                      "a row says what this program does not know: " + std::string(name));
}

// What may become of an event.
[[nodiscard]] inline result event_result_named(std::string_view name) {
    return value_named(name, {result::applied, result::duplicate, result::ignored, result::parked,
                              result::waiting, result::dismissed});
}

[[nodiscard]] inline reason reason_named(std::string_view name) {
    for (int each = 0; each <= static_cast<int>(reason::store_refused); ++each) {
        if (to_string(static_cast<reason>(each)) == name)
            return static_cast<reason>(each);
    }
    throw store_error(store_failure::unavailable, "a row has an unknown reason: " + std::string(name));
}

} // namespace tokenledger::ledger
