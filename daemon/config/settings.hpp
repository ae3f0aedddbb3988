// The table of settings: every key of the configuration file with type, default, constraint, description,
// how a change takes effect, and where its value is stored. The parser and docs/configuration.md use it.
#pragma once

#include "config/draft.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace tokenledger::daemon {

// A constraint on a string. An error shows the value unless it may hold a password.
struct text_rule {
    std::string_view says; // "must be ..."
    bool (*holds)(std::string_view text) noexcept;
    bool may_be_shown = true;
};

// Where the value is stored; for a list of tables, in its newest element. The setting's type follows from
// it, and the default is its value in a fresh draft: only config.hpp states it.
template <typename Value>
using place_of = Value& (*)(config_draft&);
using place = std::variant<place_of<std::int64_t>, place_of<std::chrono::milliseconds>, place_of<std::string>,
                           place_of<bool>, place_of<text_list>, place_of<amount_list>>;

enum class presence : std::uint8_t { optional, required };
enum class change : std::uint8_t { reload, restart }; // SIGHUP is enough, or a restart is needed

struct constraint {
    std::int64_t min = 0; // of an integer, in its unit; of the number of strings in a list; of each amount
    std::int64_t max = 0;
    const text_rule* rule = nullptr; // of a string, or of each string in a list
};

struct setting {
    std::string_view table; // path of the table it is in: "webhook.endpoint"
    std::string_view key;
    place where;
    presence needed = presence::optional;
    constraint bounds;
    change takes = change::restart;
    std::string_view description;
    std::string_view fallback = {}; // the default in words, if it is not simply a value
};
[[nodiscard]] std::span<const setting> settings();

enum class table_shape : std::uint8_t {
    plain,   // [log]
    list,    // [[webhook.endpoint]]
    catalog, // [catalog], and [catalog.NAME] beside it
};

struct settings_table {
    std::string_view parent; // path; empty: the root
    std::string_view key;
    std::string_view path; // as in setting::table
    table_shape shape = table_shape::plain;
    presence needed = presence::optional;
    // Adds an element, and returns where its keys are recorded.
    key_positions& (*begin)(config_draft&, position at) = nullptr;
    std::string_view description = {};
};
[[nodiscard]] std::span<const settings_table> settings_tables();

// nullptr: no such key.
[[nodiscard]] const setting* find_setting(std::string_view table, std::string_view key);
[[nodiscard]] const settings_table* find_table(std::string_view parent, std::string_view key);

// "webhook.max_body_bytes"
[[nodiscard]] std::string full_name(const setting& row);
// "[webhook]", "[[webhook.endpoint]]"
[[nodiscard]] std::string header_of(const settings_table& table);

} // namespace tokenledger::daemon
