// The text that is a JSON string, read.
#pragma once

#include "json/tree.hpp"

#include <string>
#include <string_view>

namespace tokenledger::test {

inline std::string root_string(std::string_view text) {
    const json_tree tree{text};
    return std::string{tree.root().string().value_or("(no string)")};
}

} // namespace tokenledger::test
