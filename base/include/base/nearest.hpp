// Names to choose from, and the known one that was probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tokenledger::base {

// The candidate with the fewest insertions, deletions, replacements and swaps of neighbours between it and
// `name`; of several the first. Empty if there are no candidates, or if `name` is longer than any could be.
[[nodiscard]] std::string_view nearest_to(std::string_view name,
                                          std::span<const std::string_view> candidates);

// True if so few edits lie between them that one was probably meant by the other: no more than half its
// length.
[[nodiscard]] bool is_slip(std::string_view name, std::string_view nearest);

// "`tokns` is not known; did you mean `tokens`? Known are: ..." `what` says what it is a name of.
[[nodiscard]] std::string unknown_name(std::string_view what, std::string_view name, std::string_view nearest,
                                       std::span<const std::string_view> candidates);

// "admin, subscription or trial"
[[nodiscard]] std::string alternatives(std::span<const std::string_view> names);

// As a detail can quote it: in backquotes, shortened, and without what is no printable UTF-8.
[[nodiscard]] std::string quoted(std::string_view name);

} // namespace tokenledger::base
