// Exact sums by label. The daemon's sums are text, because they may exceed int64.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::ctl {

enum class order : std::uint8_t { by_label, by_size };

class sums {
  public:
    // `integer`: an optional minus and digits; other text is ignored. Up to 38 digits.
    void add(std::string_view label, std::string_view integer);
    // By label, or the largest size first.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> sorted(order how) const;

  private:
    __extension__ using wide = __int128;
    std::map<std::string, wide, std::less<>> amounts_{};
};

} // namespace tokenledger::ctl
