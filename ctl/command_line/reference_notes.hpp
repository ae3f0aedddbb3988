// The parts of tokenledgerctl(1) that are not generated from the options.
#pragma once

#include <string>

namespace tokenledger::ctl {

// The rest of DESCRIPTION: keys, and the output of --json.
[[nodiscard]] std::string manual_description();
// EXIT STATUS, ENVIRONMENT, FILES, EXAMPLES, in the man macros.
[[nodiscard]] std::string manual_notes();

// Text escaped for troff, so that no line is a request and a minus stays a minus.
[[nodiscard]] std::string roff(const std::string& text);

} // namespace tokenledger::ctl
