// Reads members of Stripe's objects, each of the one kind that it may be. What cannot be read is as if it
// were not there, and is remembered: one question in the end tells whether everything could.
#pragma once

#include "base/text.hpp"
#include "json/tree.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::webhook {

// A member that is repeated could be read either way: so it is not read.
inline json_value only_member(const json_value& of, std::string_view name) noexcept {
    return of.count(name) == 1 ? of.member(name) : json_value{};
}

class object_reader {
  public:
    [[nodiscard]] bool usable() const noexcept { return usable_; }
    void refuse() noexcept { usable_ = false; }

    // Likewise, and a member that is repeated is refused.
    json_value only(const json_value& of, std::string_view name) {
        if (of.count(name) > 1) {
            refuse();
            return {};
        }
        return of.member(name);
    }
    // Absent, null or of this kind; else absent, and refused.
    json_value optional(const json_value& of, std::string_view name, json_kind kind) {
        const json_value found = only(of, name);
        if (!found.is_absent_or_null() && found.kind() != kind) {
            refuse();
            return {};
        }
        return found;
    }
    // A string; empty: none.
    std::string_view text(const json_value& of, std::string_view name) {
        return optional(of, name, json_kind::string).string().value_or("");
    }
    std::string identifier(const json_value& written) {
        const std::string_view id = written.string().value_or("");
        if (!base::is_identifier(id)) {
            refuse();
            return {};
        }
        return std::string{id};
    }
    // Another object by its id or expanded; empty: none.
    std::string reference(const json_value& of, std::string_view name) {
        const json_value found = only(of, name);
        if (found.is_absent_or_null())
            return {};
        return identifier(found.kind() == json_kind::object ? only(found, "id") : found);
    }
    // Exact, and there: neither 1.0 nor 1e2 nor beyond int64.
    std::int64_t integer(const json_value& of, std::string_view name) {
        const std::optional<std::int64_t> found = only(of, name).integer();
        if (!found)
            refuse();
        return found.value_or(0);
    }
    // Likewise, and not negative.
    std::int64_t amount(const json_value& of, std::string_view name) {
        const std::int64_t found = integer(of, name);
        if (found < 0)
            refuse();
        return std::max<std::int64_t>(found, 0);
    }
    // ISO 4217, lower case; empty: none.
    std::string currency(const json_value& of) {
        const json_value written = optional(of, "currency", json_kind::string);
        const std::string_view found = written.string().value_or("");
        const bool lower_case =
            std::all_of(found.begin(), found.end(), [](char c) { return c >= 'a' && c <= 'z'; });
        if (written.string() && (found.size() != 3 || !lower_case)) {
            refuse();
            return {};
        }
        return std::string{found};
    }

  private:
    bool usable_ = true;
};

} // namespace tokenledger::webhook
