// What RapidJSON's reader tells goes straight into the nodes.
#include "reader.hpp"

#include "number.hpp"
#include "stand_ins.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <utility>

namespace tokenledger {
namespace {

using node = json_nodes::node;

// Every member returns whether to go on.
class tree_builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, tree_builder> {
  public:
    // `written`: what has other numbers at the same places, if any.
    tree_builder(json_nodes& into, std::string_view written) noexcept : into_(into), written_(written) {}
    [[nodiscard]] bool too_deep() const noexcept { return too_deep_; }
    [[nodiscard]] bool beyond_double() const noexcept { return beyond_double_; }

    bool Null() { return add({.kind = json_kind::null}); }
    bool Bool(bool value) { return add({.kind = json_kind::boolean, .truth = value}); }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        const json_nodes::slice place = slice_of(text, size);
        if (!written_.empty())
            written_.copy(into_.characters.data() + place.at, size, place.at);
        const std::string_view number = into_.text_of(place);
        if (may_be_beyond_double(number) && is_beyond_double(number))
            beyond_double_ = true;
        return add({.kind = json_kind::number, .text = place});
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        return add({.kind = json_kind::string, .text = slice_of(text, size)});
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        name_ = slice_of(text, size);
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

    // Whether it is long, or has an exponent and is as long as 1e309.
    static bool may_be_beyond_double(std::string_view number) noexcept {
        constexpr std::size_t least = 5, digits = 309;
        return number.size() >= digits ||
               (number.size() >= least &&
                std::any_of(number.begin(), number.end(), [](char c) { return c == 'e' || c == 'E'; }));
    }
    [[nodiscard]] json_nodes::slice slice_of(const char* first, rapidjson::SizeType size) const noexcept {
        return {static_cast<std::uint32_t>(first - into_.characters.data()), size};
    }
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
    // The reader asks before it goes down: neither does it go deeper than this.
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
    std::string_view written_;
    json_nodes::slice name_{}; // of the member whose value comes next
    std::array<level, max_json_depth> open_{};
    std::size_t depth_ = 0;
    bool too_deep_ = false;
    bool beyond_double_ = false;
};

struct look {
    bool control = false; // characters that JSON has nowhere: below space, and no white space
    bool ascii = true;
};

look look_at(std::string_view text) noexcept {
    unsigned char controls = 0, all = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        controls |=
            static_cast<unsigned char>((byte < 0x20) & (byte != '\n') & (byte != '\r') & (byte != '\t'));
        all |= byte;
    }
    return {.control = controls != 0, .ascii = all < 0x80};
}

struct nowhere {
    void Put(char) noexcept {}
};

bool is_utf8(std::string_view text) {
    nowhere out;
    rapidjson::MemoryStream in(text.data(), text.size());
    while (in.Tell() < text.size()) {
        if (!rapidjson::UTF8<>::Validate(in, out))
            return false;
    }
    return true;
}

// Each is the first of the text, of an array or object, or follows a comma. In strings these characters may
// stand too: then some room is asked for that is never touched.
std::size_t most_nodes(std::string_view text) noexcept {
    return 1 + static_cast<std::size_t>(std::count_if(text.begin(), text.end(),
                                                      [](char c) { return c == ',' || (c | 0x20) == '{'; }));
}

} // namespace

// Encoding and control characters are looked at before: kParseValidateEncodingFlag keeps the reader's vector
// code off strings, and in 1.1.0 that code lets a raw 0x1A to 0x1F pass.
parse_end parse_json(json_nodes& into, std::string_view text) {
    constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
    constexpr std::size_t block_bytes = 16; // the vector code reads whole blocks, beyond the NUL
    into.nodes.clear();
    const look found = look_at(text);
    if (found.control || (!found.ascii && !is_utf8(text)))
        return parse_end::malformed;
    into.nodes.reserve(most_nodes(text));
    into.characters.reserve(text.size() + block_bytes);
    into.characters = text;
    const bool lone_surrogate = replace_lone_surrogates(into.characters);
    const bool other_numbers = replace_large_numbers(into.characters);
    into.characters.append(block_bytes, '\0');

    tree_builder builder{into, other_numbers ? text : std::string_view{}};
    rapidjson::InsituStringStream stream{into.characters.data()};
    const bool complete = !rapidjson::Reader{}.Parse<flags>(stream, builder).IsError();
    if (builder.too_deep())
        return parse_end::too_deep;
    if (!complete)
        return parse_end::malformed;
    return lone_surrogate || builder.beyond_double() ? parse_end::unrepresentable : parse_end::complete;
}

} // namespace tokenledger
