// Reads a TOML tree into a draft by the table of settings, and finds every error that one value or one
// table alone can have.
#pragma once

#include "config/draft.hpp"
#include "config/settings.hpp"
#include "config/toml_file.hpp"

#include <vector>

namespace tokenledger::daemon {

class settings_reader {
  public:
    settings_reader(config_draft& draft, std::vector<finding>& findings)
        : draft_(draft),
          findings_(findings) {}

    void read(const toml_table& root);

  private:
    void read_table(const settings_table& of, const toml_table& table, position at);
    void read_entry(std::string_view path, const toml_entry& entry);
    void read_below(const settings_table& below, const toml_entry& entry);
    void read_list(const settings_table& of, const toml_entry& entry);
    void read_catalogs(const settings_table& of, const toml_table& table, position at);
    void require(const settings_table& of, const key_positions& keys, position at);
    void unknown_key(std::string_view path, const toml_entry& entry);
    void add(position at, std::string message);

    config_draft& draft_;
    std::vector<finding>& findings_;
};

// One value: type, range, rule, items. Stores it if it is good.
void read_setting(const setting& row, const toml_entry& entry, config_draft& draft,
                  std::vector<finding>& findings);

} // namespace tokenledger::daemon
