// How a tree is made and read.
#include "json/tree.hpp"

#include "nodes.hpp"
#include "number.hpp"
#include "reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <vector>

namespace tokenledger {

namespace {

// In some order in which the same names stand together, and which most names need eight bytes for.
class sorted_name {
  public:
    // NOLINTNEXTLINE(google-explicit-constructor): a name in another coat
    sorted_name(std::string_view name) noexcept : name_(name) {
        std::memcpy(&head_, name.data(), std::min(name.size(), sizeof head_));
    }
    bool operator==(const sorted_name& other) const noexcept {
        return head_ == other.head_ && name_ == other.name_;
    }
    bool operator<(const sorted_name& other) const noexcept {
        if (head_ != other.head_)
            return head_ < other.head_;
        return name_.size() != other.name_.size() ? name_.size() < other.name_.size() : name_ < other.name_;
    }

  private:
    std::uint64_t head_ = 0; // the first bytes, as a number
    std::string_view name_;
};

} // namespace

json_tree::json_tree(std::string_view text, unrepresentable_json odd)
    : nodes_(std::make_unique<json_nodes>()) {
    const parse_end end = text.size() <= max_json_bytes ? parse_json(*nodes_, text) : parse_end::malformed;
    if (end == parse_end::malformed)
        error_ = json_error::malformed;
    if (end == parse_end::too_deep)
        error_ = json_error::too_deep;
    if (end == parse_end::unrepresentable && odd == unrepresentable_json::refuse)
        error_ = json_error::unrepresentable;
    if (error_ != json_error::none)
        nodes_.reset(); // who reads it again with a repair has the memory for it
}

json_tree::json_tree() noexcept = default;
json_tree::json_tree(json_tree&&) noexcept = default;
json_tree& json_tree::operator=(json_tree&&) noexcept = default;
json_tree::~json_tree() = default;

json_value json_tree::root() const noexcept {
    return nodes_ == nullptr || nodes_->nodes.empty() ? json_value{} : json_value{nodes_.get(), 0};
}

json_kind json_value::kind() const noexcept {
    return nodes_ == nullptr ? json_kind::absent : nodes_->nodes[node_].kind;
}

bool json_value::is_absent_or_null() const noexcept {
    return kind() == json_kind::absent || kind() == json_kind::null;
}

json_value json_value::member(std::string_view name) const noexcept {
    if (kind() != json_kind::object)
        return {};
    const std::uint32_t found = nodes_->find(nodes_->nodes[node_].first_child, name);
    return found == 0 ? json_value{} : json_value{nodes_, found};
}

std::size_t json_value::count(std::string_view name) const noexcept {
    if (kind() != json_kind::object)
        return 0;
    std::size_t found = 0;
    std::uint32_t at = nodes_->nodes[node_].first_child;
    while ((at = nodes_->find(at, name)) != 0) {
        ++found;
        at = nodes_->nodes[at].next;
    }
    return found;
}

bool json_value::repeats_a_name() const {
    if (kind() != json_kind::object)
        return false;
    constexpr std::size_t few = 16; // so many are compared with each other, on the stack
    std::array<std::string_view, few> names;
    std::size_t known = 0;
    json_value each = first();
    for (; each && known < few; each = each.next()) {
        const auto end = names.begin() + static_cast<std::ptrdiff_t>(known);
        if (std::find(names.begin(), end, each.name()) != end)
            return true;
        names[known++] = each.name();
    }
    if (!each)
        return false;
    std::vector<sorted_name> all(names.begin(), names.end());
    for (; each; each = each.next())
        all.emplace_back(each.name());
    std::sort(all.begin(), all.end());
    return std::adjacent_find(all.begin(), all.end()) != all.end();
}

json_value json_value::first() const noexcept {
    const std::uint32_t child = nodes_ == nullptr ? 0 : nodes_->nodes[node_].first_child;
    return child == 0 ? json_value{} : json_value{nodes_, child};
}

json_value json_value::next() const noexcept {
    const std::uint32_t sibling = nodes_ == nullptr ? 0 : nodes_->nodes[node_].next;
    return sibling == 0 ? json_value{} : json_value{nodes_, sibling};
}

std::string_view json_value::name() const noexcept {
    return nodes_ == nullptr ? std::string_view{} : nodes_->text_of(nodes_->nodes[node_].name);
}

std::optional<std::string_view> json_value::string() const noexcept {
    return kind() == json_kind::string ? std::optional{nodes_->text_of(nodes_->nodes[node_].text)}
                                       : std::nullopt;
}

std::optional<bool> json_value::boolean() const noexcept {
    return kind() == json_kind::boolean ? std::optional{nodes_->nodes[node_].truth} : std::nullopt;
}

std::optional<std::int64_t> json_value::integer() const noexcept {
    const std::string_view text = raw_number();
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    const bool whole = error == std::errc{} && stopped == end && text != "-0";
    return whole ? std::optional{value} : std::nullopt;
}

std::string_view json_value::raw_number() const noexcept {
    return kind() == json_kind::number ? nodes_->text_of(nodes_->nodes[node_].text) : std::string_view{};
}

bool json_value::is_beyond_double() const noexcept {
    return kind() == json_kind::number && tokenledger::is_beyond_double(raw_number());
}

} // namespace tokenledger
