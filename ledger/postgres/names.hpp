// Names in the database's rows, read back as enumerators.
#pragma once

#include "ledger/names.hpp"
#include "ledger/outcome.hpp"
#include "ledger/store_error.hpp"

#include <string>
#include <string_view>

namespace tokenledger::ledger {

// The value with this name. Throws unavailable: the row is of a later version.
template <class Enum>
Enum value_named(std::string_view name) {
    if (const auto found = value_of<Enum>(name))
        return *found;
    throw store_error(store_failure::unavailable, "a row has an unknown kind: " + std::string(name));
}

inline transaction_type type_of(std::string_view name) {
    return value_named<transaction_type>(name);
}

inline source source_of(std::string_view name) {
    return value_named<source>(name);
}

// The result of an event.
inline result event_result_of(std::string_view name) {
    return value_named<result>(name);
}

inline reason reason_of(std::string_view name) {
    return value_named<reason>(name);
}

} // namespace tokenledger::ledger
