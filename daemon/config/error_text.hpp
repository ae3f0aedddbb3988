// Words for the messages about a configuration: quoting without secrets, and "did you mean".
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tokenledger::daemon {

// `text` without anything that follows "whsec_": people put a secret where its file's name belongs.
[[nodiscard]] std::string redacted(std::string_view text);

// 'text' in quotes, redacted, on one line and not longer than a line.
[[nodiscard]] std::string in_quotes(std::string_view text);

// The candidate with the fewest edits from `word`; empty if none is close enough for a typing error.
[[nodiscard]] std::string_view nearest_name(std::string_view word,
                                            std::span<const std::string_view> candidates);

} // namespace tokenledger::daemon
