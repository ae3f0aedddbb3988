// The description of a setting in Markdown, for the pages that are generated from the table.
#pragma once

#include "config/settings.hpp"

#include <string>

namespace tokenledger::daemon {

struct setting_text {
    std::string type;
    std::string fallback; // the default, or "required"
    std::string constraint;
};
[[nodiscard]] setting_text text_of(const setting& row);

} // namespace tokenledger::daemon
