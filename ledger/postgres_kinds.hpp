// The names of the database's rows, back to what they mean.
#pragma once

#include "ledger/outcome.hpp"
#include "ledger/store.hpp"

#include <array>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

inline constexpr std::array transaction_types{transaction_type::grant, transaction_type::purchase,
                                              transaction_type::deduction, transaction_type::refund,
                                              transaction_type::transfer};
inline constexpr std::array sources{source::admin,      source::subscription, source::trial,
                                    source::token_pack, source::stripe,       source::usage};

// Throws unavailable: the row is of a later version.
template <class Values>
typename Values::value_type value_named(std::string_view name, const Values& values) {
    for (const auto each : values) {
        if (to_string(each) == name)
            return each;
    }
    throw store_error(store_failure::unavailable, "a row has an unknown kind: " + std::string(name));
}

inline transaction_type type_of(std::string_view name) {
    return value_named(name, transaction_types);
}

inline source source_of(std::string_view name) {
    return value_named(name, sources);
}

// What may become of an event.
inline constexpr std::array event_results{result::applied, result::duplicate, result::ignored,
                                          result::parked,  result::waiting,   result::dismissed};

inline result event_result_of(std::string_view name) {
    return value_named(name, event_results);
}

inline reason reason_of(std::string_view name) {
    for (int each = 0; each <= static_cast<int>(reason::store_refused); ++each) {
        if (to_string(static_cast<reason>(each)) == name)
            return static_cast<reason>(each);
    }
    throw store_error(store_failure::unavailable, "a row has an unknown reason: " + std::string(name));
}

} // namespace tokenledger::ledger
