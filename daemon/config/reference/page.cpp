// docs/configuration.md, from the table of settings.
#include "config/config.hpp"

#include "config/setting_text.hpp"
#include "config/settings.hpp"

#include <string>
#include <string_view>

namespace tokenledger::daemon {
namespace {

constexpr std::string_view introduction =
    R"(# Configuration

Generated from the table in `daemon/config/settings.cpp`; `cmake --build BUILD --target configuration_reference`
builds the program that prints this page.

`tokenledgerd --config FILE` reads one TOML file. `tokenledgerd check-config --config FILE` prints every error
at once, each with file and line, and exits 78 if there is one. An unknown key is an error. Numbers are
integers.

`systemctl reload tokenledgerd` (SIGHUP) takes over the settings marked *reload*; those marked *restart* keep
their old values until `systemctl restart tokenledgerd`, and log and status line name those that have changed. A
file with an error in it changes nothing: the old configuration stays in force and the log says why. Secrets inside `$CREDENTIALS_DIRECTORY` (systemd's
`LoadCredential=`) change with a restart only, because systemd reads them at start.

## Example

This is `systemd/tokenledgerd.toml.example`.

```toml
)";

constexpr std::string_view table_head =
    "| key | type | default | constraint | a change takes | description |\n"
    "| --- | --- | --- | --- | --- | --- |\n";

std::string type_of(const setting& row) {
    struct {
        std::string operator()(place_of<bool>) const { return "boolean"; }
        std::string operator()(place_of<std::int64_t>) const { return "integer"; }
        std::string operator()(place_of<std::chrono::milliseconds>) const { return "integer, milliseconds"; }
        std::string operator()(place_of<std::string>) const { return "string"; }
        std::string operator()(place_of<text_list>) const { return "array of strings"; }
        std::string operator()(place_of<amount_list>) const { return "table of integers"; }
    } name;
    return std::visit(name, row.where);
}

// The value of a fresh draft in that place.
class default_of {
  public:
    default_of() {
        draft_.endpoints.emplace_back();
        draft_.admin_listeners.emplace_back();
        draft_.catalogs.emplace_back().packs.emplace_back();
    }

    std::string operator()(place_of<bool> where) { return where(draft_) ? "`true`" : "`false`"; }
    std::string operator()(place_of<std::int64_t> where) { return "`" + std::to_string(where(draft_)) + "`"; }
    std::string operator()(place_of<std::chrono::milliseconds> where) {
        return "`" + std::to_string(where(draft_).count()) + "`";
    }
    std::string operator()(place_of<std::string> where) { return "`\"" + where(draft_) + "\"`"; }
    std::string operator()(place_of<text_list> where) {
        std::string made;
        for (const text_item& item : where(draft_))
            made += (made.empty() ? "\"" : ", \"") + item.text + "\"";
        return "`[" + made + "]`";
    }
    std::string operator()(place_of<amount_list>) { return "`{}`"; }

  private:
    config_draft draft_;
};

std::string fallback_of(const setting& row) {
    if (row.needed == presence::required)
        return "required";
    return row.fallback.empty() ? std::visit(default_of(), row.where) : std::string(row.fallback);
}

std::string constraint_of(const setting& row) {
    const std::string range = std::to_string(row.bounds.min) + " to " + std::to_string(row.bounds.max);
    const std::string rule = row.bounds.rule == nullptr ? std::string() : std::string(row.bounds.rule->says);
    struct {
        const std::string& range;
        const std::string& rule;
        std::string operator()(place_of<bool>) const { return "`true` or `false`"; }
        std::string operator()(place_of<std::int64_t>) const { return range; }
        std::string operator()(place_of<std::chrono::milliseconds>) const { return range; }
        std::string operator()(place_of<std::string>) const { return rule; }
        std::string operator()(place_of<text_list>) const {
            return range + " items, no two alike; each is " + rule;
        }
        std::string operator()(place_of<amount_list>) const {
            return "at least one currency, three lower-case letters; each amount " + range;
        }
    } const in_words{range, rule};
    return std::visit(in_words, row.where);
}

std::string line_of(const setting& row) {
    std::string made = "| `" + std::string(row.key) + "` | " + type_of(row) + " | " + fallback_of(row) +
                       " | " + constraint_of(row) + " | ";
    made += row.takes == change::reload ? "reload" : "restart";
    return made + " | " + std::string(row.description) + " |\n";
}

std::string section_of(const settings_table& table) {
    std::string made = "\n## `" + header_of(table) + "`\n\n" + std::string(table.description) + "\n\n";
    made += table_head;
    for (const setting& row : settings()) {
        if (row.table == table.path)
            made += line_of(row);
    }
    return made;
}

} // namespace

setting_text text_of(const setting& row) {
    return {.type = type_of(row), .fallback = fallback_of(row), .constraint = constraint_of(row)};
}

std::string configuration_reference() {
    std::string made = std::string(introduction) + std::string(configuration_example()) + "```\n";
    for (const settings_table& table : settings_tables())
        made += section_of(table);
    return made;
}

} // namespace tokenledger::daemon
