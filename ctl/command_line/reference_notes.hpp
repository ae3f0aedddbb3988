// The parts of tokenledgerctl(1) that no option says of itself.
#pragma once

#include <string>

namespace tokenledger::ctl {

// DESCRIPTION goes on with it: keys, and what --json means.
[[nodiscard]] std::string manual_description();
// EXIT STATUS, ENVIRONMENT, FILES, EXAMPLES, in the man macros.
[[nodiscard]] std::string manual_notes();

// Text as troff takes it: no line can be a request, a minus stays one.
[[nodiscard]] std::string roff(const std::string& text);

} // namespace tokenledger::ctl
