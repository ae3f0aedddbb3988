// A JSON text as a read-only tree that keeps what a ledger must not lose: numbers as they were written, and
// repeated keys. Strict: well-formed UTF-8, one value, nothing after it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger {

inline constexpr std::size_t max_json_depth = 64; // of arrays and objects within one another
inline constexpr std::size_t max_json_bytes = std::size_t{1} << 30; // far above every limit on a body

struct json_nodes; // what a tree holds; it stays where it is when the tree is moved

enum class json_kind : std::uint8_t { absent, null, boolean, number, string, array, object };

// A place in a json_tree; valid while the tree, or the one it was moved to, lives. A place that does not
// exist is `absent`, and everything inside it is absent too, so paths read without checks in between.
class json_value {
  public:
    json_value() = default;
    [[nodiscard]] json_kind kind() const noexcept;
    [[nodiscard]] bool is_absent_or_null() const noexcept;

    // Object member by its decoded name: the first of that name; absent if this is no object or has none.
    [[nodiscard]] json_value member(std::string_view name) const noexcept;
    // How many members have this name.
    [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
    // Whether two members have one name. Takes n log n steps of n members.
    [[nodiscard]] bool repeats_a_name() const;

    // Walks the members of an object or the elements of an array: for (auto v = x.first(); v; v = v.next()).
    [[nodiscard]] json_value first() const noexcept;
    [[nodiscard]] json_value next() const noexcept;
    [[nodiscard]] std::string_view name() const noexcept; // of an object's member
    explicit operator bool() const noexcept { return kind() != json_kind::absent; }

    // Decoded. May hold NULs; an escaped lone surrogate is there as three bytes that are no UTF-8.
    [[nodiscard]] std::optional<std::string_view> string() const noexcept;
    [[nodiscard]] std::optional<bool> boolean() const noexcept;
    // Exactly an integer in its text (`1`, `-20`; not `1.0`, `1e2`, `-0`) and within int64.
    [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;
    // As written.
    [[nodiscard]] std::string_view raw_number() const noexcept;
    // A number that no double can hold, such as 1e400.
    [[nodiscard]] bool is_beyond_double() const noexcept;

    // The same value without blanks, numbers as they were written: what json_writer::copy() writes. Never
    // longer than what was written, unless a surrogate was repaired.
    [[nodiscard]] std::string compact() const;
    [[nodiscard]] std::size_t compact_size() const noexcept;

  private:
    friend class json_tree;
    json_value(const json_nodes* nodes, std::uint32_t node) noexcept : nodes_(nodes), node_(node) {}
    const json_nodes* nodes_ = nullptr;
    std::uint32_t node_ = 0;
};

enum class json_error : std::uint8_t { none, malformed, too_deep, unrepresentable };

// What to do about legal JSON that many a reader cannot represent: a number that no double can hold, an
// escaped high surrogate that stands alone.
enum class unrepresentable_json : std::uint8_t {
    repair, // the number stays as it is written; the surrogate becomes three bytes that are no UTF-8
    refuse, // json_error::unrepresentable
};

class json_tree {
  public:
    json_tree() noexcept; // nothing: `root()` is absent
    // `error()` tells whether it worked; `root()` is absent if not. Keeps nothing of `text`.
    explicit json_tree(std::string_view text, unrepresentable_json odd = unrepresentable_json::repair);
    json_tree(json_tree&&) noexcept;
    json_tree& operator=(json_tree&&) noexcept;
    ~json_tree();

    [[nodiscard]] json_error error() const noexcept { return error_; }
    [[nodiscard]] json_value root() const noexcept;

  private:
    std::unique_ptr<json_nodes> nodes_;
    json_error error_ = json_error::none;
};

} // namespace tokenledger
