// 128 bits are enough for the sum of any table of int64.
#include "screen/sums.hpp"

#include <algorithm>

namespace tokenledger::ctl {

void sums::add(std::string_view label, std::string_view integer) {
    constexpr std::size_t max_digits = 38;
    const bool negative = integer.starts_with('-');
    integer.remove_prefix(negative ? 1 : 0);
    if (integer.empty() || integer.size() > max_digits ||
        integer.find_first_not_of("0123456789") != std::string_view::npos)
        return;
    wide amount = 0;
    for (const char digit : integer)
        amount = amount * 10 + (digit - '0');
    auto& sum = amounts_[std::string(label)];
    sum += negative ? -amount : amount;
}

std::vector<std::pair<std::string, std::string>> sums::sorted(order how) const {
    const auto size = [](wide amount) { return amount < 0 ? -amount : amount; };
    std::vector<std::pair<std::string, wide>> found(amounts_.begin(), amounts_.end());
    if (how == order::by_size)
        std::stable_sort(found.begin(), found.end(), [&](const auto& left, const auto& right) {
            return size(left.second) > size(right.second);
        });
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [label, amount] : found) {
        std::string digits;
        for (wide left = size(amount); left > 0; left /= 10)
            digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(left % 10)));
        out.emplace_back(label, (amount < 0 ? "-" : "") + (digits.empty() ? "0" : digits));
    }
    return out;
}

} // namespace tokenledger::ctl
