// The vocabulary of the ledger: the names of its enumerations, as in the public contract and in the database.
// Each stands once, those of types and sources in sources.hpp, the others in core/names.cpp; the lists and
// the way back are made from it.
// tests/ledger/schema/vocabulary_test.cpp holds the database's constraints to them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tokenledger::ledger {

// What to_string() says of a value that an enumeration does not have.
inline constexpr std::string_view nameless = "unknown";

// All values of an enumeration, in their order.
template <class Enum>
[[nodiscard]] std::vector<Enum> all_values() {
    std::vector<Enum> found;
    for (std::uint8_t value = 0; to_string(Enum{value}) != nameless; ++value)
        found.push_back(Enum{value});
    return found;
}

// The value of an enumeration with this name; nullopt: none of its values has it.
template <class Enum>
[[nodiscard]] std::optional<Enum> value_of(std::string_view name) {
    for (std::uint8_t value = 0; to_string(Enum{value}) != nameless; ++value) {
        if (to_string(Enum{value}) == name)
            return Enum{value};
    }
    return std::nullopt;
}

// The names of all values of an enumeration, in their order.
template <class Enum>
[[nodiscard]] std::span<const std::string_view> names_of() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> found;
        for (const Enum each : all_values<Enum>())
            found.push_back(to_string(each));
        return found;
    }();
    return names;
}

// Each in the order of its enumeration: the closed lists of what filters and options may say.
[[nodiscard]] std::span<const std::string_view> transaction_type_names();
[[nodiscard]] std::span<const std::string_view> source_names();
[[nodiscard]] std::span<const std::string_view> grant_source_names();
// What can have become of an event that is stored: no `refused`, but `expired` (ledger/reader.hpp).
[[nodiscard]] std::span<const std::string_view> event_result_names();
[[nodiscard]] std::span<const std::string_view> reason_names(); // without reason::none

} // namespace tokenledger::ledger
