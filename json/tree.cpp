// The tree's nodes, and the handler that RapidJSON's reader fills them through.
#include "json/tree.hpp"

#include "repair.hpp"

#include <array>
#include <charconv>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger {

// Indices and offsets, not pointers: half the size, and the vectors may grow.
struct json_nodes {
    struct slice {
        std::uint32_t at = 0;
        std::uint32_t size = 0;
    };
    struct node {
        json_kind kind = json_kind::absent;
        bool truth = false;
        slice name{};                  // of an object's member
        slice text{};                  // decoded string, or number as written
        std::uint32_t first_child = 0; // 0, the root, is nobody's child: none
        std::uint32_t next = 0;
    };

    [[nodiscard]] std::string_view text_of(slice part) const noexcept {
        return {characters.data() + part.at, part.size};
    }
    // The first of this name from `from` on, a child or 0, among its siblings; 0: none.
    [[nodiscard]] std::uint32_t find(std::uint32_t from, std::string_view name) const noexcept {
        while (from != 0 && text_of(nodes[from].name) != name) {
            from = nodes[from].next;
        }
        return from;
    }
    slice keep(const char* text, rapidjson::SizeType size) {
        const slice kept{static_cast<std::uint32_t>(characters.size()), size};
        characters.append(text, size);
        return kept;
    }

    std::vector<node> nodes;
    std::string characters; // names, strings and numbers, one after the other
};

namespace {

using node = json_nodes::node;

// Every member returns whether to go on.
class tree_builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, tree_builder> {
  public:
    explicit tree_builder(json_nodes& into) noexcept : into_(into) {}
    [[nodiscard]] bool too_deep() const noexcept { return too_deep_; }

    bool Null() { return add({.kind = json_kind::null}); }
    bool Bool(bool value) { return add({.kind = json_kind::boolean, .truth = value}); }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        return add({.kind = json_kind::number, .text = into_.keep(text, size)});
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        return add({.kind = json_kind::string, .text = into_.keep(text, size)});
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        name_ = into_.keep(text, size);
        return true;
    }
    bool StartObject() { return open(json_kind::object); }
    bool StartArray() { return open(json_kind::array); }
    bool EndObject(rapidjson::SizeType) { return close(); }
    bool EndArray(rapidjson::SizeType) { return close(); }

  private:
    struct level {
        std::uint32_t container = 0;
        std::uint32_t last_child = 0;
    };

    bool add(node made) {
        made.name = std::exchange(name_, {});
        const auto index = static_cast<std::uint32_t>(into_.nodes.size());
        into_.nodes.push_back(made);
        if (depth_ > 0) {
            level& parent = open_[depth_ - 1];
            node& before = into_.nodes[parent.last_child != 0 ? parent.last_child : parent.container];
            (parent.last_child != 0 ? before.next : before.first_child) = index;
            parent.last_child = index;
        }
        return true;
    }
    bool open(json_kind kind) {
        if (depth_ == open_.size()) {
            too_deep_ = true;
            return false;
        }
        const auto index = static_cast<std::uint32_t>(into_.nodes.size());
        add({.kind = kind});
        open_[depth_++] = {.container = index, .last_child = 0};
        return true;
    }
    bool close() {
        --depth_;
        return true;
    }

    json_nodes& into_;
    json_nodes::slice name_; // of the member whose value comes next
    std::array<level, max_json_depth> open_{};
    std::size_t depth_ = 0;
    bool too_deep_ = false;
};

enum class parse_end : std::uint8_t { complete, malformed, too_deep, unrepresentable };

// Bytes that RapidJSON's vector code gets right and that need no look at their encoding: ASCII, and of the
// control characters only white space. (In 1.1.0 that code lets a raw 0x1A to 0x1F inside a string pass.)
bool is_plain(std::string_view text) noexcept {
    unsigned odd = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool control = byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
        odd |= static_cast<unsigned>(control) | (byte & 0x80U);
    }
    return odd == 0;
}

// Of Stripe's events, and a guess: more nodes only cost that the vector grows.
constexpr std::size_t bytes_per_node = 20;

// The vector code reads whole blocks, beyond the NUL that ends the text.
constexpr std::size_t block_bytes = 16;

// Iterative: the recursive parser runs out of stack before the handler can refuse.
constexpr unsigned lean_flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
constexpr unsigned strict_flags = lean_flags | rapidjson::kParseValidateEncodingFlag;

template <unsigned flags, class Stream>
parse_end parse_with(json_nodes& into, Stream stream, std::size_t size) {
    tree_builder builder{into};
    rapidjson::Reader reader;
    const rapidjson::ParseResult end = reader.Parse<flags>(stream, builder);
    if (builder.too_deep()) {
        return parse_end::too_deep;
    }
    if (end.Code() == rapidjson::kParseErrorStringUnicodeSurrogateInvalid ||
        end.Code() == rapidjson::kParseErrorNumberTooBig) {
        return parse_end::unrepresentable;
    }
    // The reader takes a NUL for the end of the text: whatever follows it would go unread.
    return end.IsError() || stream.Tell() != size ? parse_end::malformed : parse_end::complete;
}

parse_end parse_into(json_nodes& into, std::string_view text) {
    into.nodes.clear();
    into.characters.clear();
    if (!is_plain(text)) {
        return parse_with<strict_flags>(into, rapidjson::MemoryStream{text.data(), text.size()}, text.size());
    }
    std::string padded;
    padded.reserve(text.size() + block_bytes);
    padded.append(text).append(block_bytes, '\0');
    return parse_with<lean_flags>(into, rapidjson::StringStream{padded.c_str()}, text.size());
}

} // namespace

json_tree::json_tree(std::string_view text, unrepresentable_json odd)
    : nodes_(std::make_unique<json_nodes>()) {
    parse_end end = parse_end::malformed;
    if (text.size() <= max_json_bytes) {
        nodes_->characters.reserve(text.size()); // decoded is never longer than encoded
        nodes_->nodes.reserve(text.size() / bytes_per_node);
        end = parse_into(*nodes_, text);
    }
    if (end == parse_end::unrepresentable && odd == unrepresentable_json::repair) {
        end = parse_into(*nodes_, repair_json(text));
    }
    if (end != parse_end::complete) {
        nodes_->nodes.clear();
        error_ = end == parse_end::too_deep          ? json_error::too_deep
                 : end == parse_end::unrepresentable ? json_error::unrepresentable
                                                     : json_error::malformed;
    }
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
    if (kind() != json_kind::object) {
        return {};
    }
    const std::uint32_t found = nodes_->find(nodes_->nodes[node_].first_child, name);
    return found == 0 ? json_value{} : json_value{nodes_, found};
}

std::size_t json_value::count(std::string_view name) const noexcept {
    if (kind() != json_kind::object) {
        return 0;
    }
    std::size_t found = 0;
    std::uint32_t at = nodes_->nodes[node_].first_child;
    while ((at = nodes_->find(at, name)) != 0) {
        ++found;
        at = nodes_->nodes[at].next;
    }
    return found;
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

} // namespace tokenledger
