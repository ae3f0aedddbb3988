// Walks a TOML tree against the table of settings.
#include "config/read_settings.hpp"

#include "config/error_text.hpp"
#include "config/text_rules.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tokenledger::daemon {
namespace {

const toml_table nothing;

key_positions positions_of(const toml_table& table) {
    key_positions made;
    for (const toml_entry& entry : table)
        made.emplace(entry.key, entry.at);
    return made;
}

std::vector<std::string_view> keys_of(std::string_view path) {
    std::vector<std::string_view> made;
    for (const setting& row : settings()) {
        if (row.table == path)
            made.push_back(row.key);
    }
    for (const settings_table& row : settings_tables()) {
        if (row.parent == path)
            made.push_back(row.key);
    }
    return made;
}

// Finds the table of a key that stands under the wrong header: an easy mistake in TOML.
const settings_table* other_home(std::string_view key) {
    const auto has_key = [key](const settings_table& row) { return find_setting(row.path, key) != nullptr; };
    const auto all = settings_tables();
    const auto found = std::ranges::find_if(all, has_key);
    return found == all.end() ? nullptr : &*found;
}

} // namespace

void settings_reader::read(const toml_table& root) {
    for (const toml_entry& entry : root)
        read_entry("", entry);
    // A missing table is read as an empty one: its defaults hold, and its required keys are reported.
    const key_positions present = positions_of(root);
    for (const settings_table& row : settings_tables()) {
        if (row.parent.empty() && !present.contains(row.key)) {
            row.shape == table_shape::catalog ? read_catalogs(row, nothing, {})
                                              : read_table(row, nothing, {});
        }
    }
}

void settings_reader::read_table(const settings_table& of, const toml_table& table, position at) {
    const key_positions keys = positions_of(table);
    of.begin(draft_, at) = keys;
    for (const toml_entry& entry : table)
        read_entry(of.path, entry);
    require(of, keys, at);
}

void settings_reader::read_entry(std::string_view path, const toml_entry& entry) {
    if (const setting* row = find_setting(path, entry.key)) {
        read_setting(*row, entry, draft_, findings_);
    } else if (const settings_table* below = find_table(path, entry.key)) {
        read_below(*below, entry);
    } else {
        unknown_key(path, entry);
    }
}

void settings_reader::read_below(const settings_table& below, const toml_entry& entry) {
    if (below.shape == table_shape::list) {
        read_list(below, entry);
        return;
    }
    const auto* const table = std::get_if<toml_table>(&entry.value.is);
    if (table == nullptr) {
        add(entry.at, in_quotes(below.path) + " must be a table: " + header_of(below));
    } else if (below.shape == table_shape::catalog) {
        read_catalogs(below, *table, entry.value.at);
    } else {
        read_table(below, *table, entry.value.at);
    }
}

void settings_reader::read_list(const settings_table& of, const toml_entry& entry) {
    const auto* const list = std::get_if<toml_array>(&entry.value.is);
    const auto is_table = [](const toml_value& item) { return std::holds_alternative<toml_table>(item.is); };
    if (list == nullptr || !std::ranges::all_of(*list, is_table)) {
        add(entry.at, in_quotes(of.path) + " must be an array of tables: " + header_of(of));
        return;
    }
    if (list->empty())
        add(entry.at, "at least one " + header_of(of) + " is required");
    for (const toml_value& item : *list)
        read_table(of, std::get<toml_table>(item.is), item.at);
}

// [catalog] is the default catalogue; a table in it that is not a key of a catalogue is a named catalogue.
void settings_reader::read_catalogs(const settings_table& of, const toml_table& table, position at) {
    const auto is_named = [&](const toml_entry& entry) {
        return std::holds_alternative<toml_table>(entry.value.is) &&
               find_setting(of.path, entry.key) == nullptr && find_table(of.path, entry.key) == nullptr;
    };
    toml_table own;
    std::ranges::remove_copy_if(table, std::back_inserter(own), is_named);
    read_table(of, own, at);
    for (const toml_entry& entry : table) {
        if (!is_named(entry))
            continue;
        if (!catalog_name.holds(entry.key)) {
            add(entry.at, "the NAME of [catalog.NAME] must be " + std::string(catalog_name.says) + ", not " +
                              in_quotes(entry.key));
            continue;
        }
        read_table(of, std::get<toml_table>(entry.value.is), entry.value.at);
        draft_.catalogs.back().made.name = entry.key;
    }
}

void settings_reader::require(const settings_table& of, const key_positions& keys, position at) {
    for (const setting& row : settings()) {
        if (row.table == of.path && row.needed == presence::required && !keys.contains(row.key))
            add(at, full_name(row) + " is required");
    }
    for (const settings_table& row : settings_tables()) {
        if (row.parent == of.path && row.needed == presence::required && !keys.contains(row.key))
            add(at, "at least one " + header_of(row) + " is required");
    }
}

void settings_reader::unknown_key(std::string_view path, const toml_entry& entry) {
    std::string message = "unknown key " + in_quotes(entry.key);
    const std::vector<std::string_view> known = keys_of(path);
    if (const settings_table* home = other_home(entry.key)) {
        message += " here; it belongs in " + header_of(*home);
    } else if (const std::string_view nearest = nearest_name(entry.key, known); !nearest.empty()) {
        message += "; did you mean " + in_quotes(nearest) + "?";
    }
    add(entry.at, std::move(message));
}

void settings_reader::add(position at, std::string message) {
    findings_.push_back({at, std::move(message)});
}

} // namespace tokenledger::daemon
