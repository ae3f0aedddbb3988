// Tables whose rows are found by a key, which remember what was asked for.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::admin {

// Keys are paths in the document: "Grant", "Grant.user_id", "Payment.facts.refunds"; "*.day" is a member of
// this name wherever it has no row of its own.
template <class Row>
class keyed {
  public:
    explicit keyed(std::span<const Row> rows) : rows_(rows) {}

    // Null: there is none.
    [[nodiscard]] const Row* find(std::string_view key) {
        for (const Row& each : rows_) {
            if (each.key == key) {
                used_.emplace(key);
                return &each;
            }
        }
        return nullptr;
    }
    [[nodiscard]] const Row* of_member(std::string_view path) {
        const Row* const own = find(path);
        const std::size_t dot = path.rfind('.');
        if (own != nullptr || dot == std::string_view::npos)
            return own;
        return find("*" + std::string(path.substr(dot)));
    }
    void add_unused(std::vector<std::string>& into) const {
        for (const Row& each : rows_) {
            if (!used_.contains(each.key))
                into.emplace_back(each.key);
        }
    }

  private:
    std::span<const Row> rows_;
    std::set<std::string, std::less<>> used_{};
};

} // namespace tokenledger::admin
