// Iterative: the depth is bounded by a number, not by the stack. No byte is looked at more often than its
// kind needs, whatever the text: what a body costs grows with its bytes alone.
#include "parser.hpp"

#include "strings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

namespace tokenledger {
namespace {

using node = json_nodes::node;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

const char* skip_digits(const char* at) noexcept {
    while (is_digit(*at))
        ++at;
    return at;
}

struct number_shape {
    const char* end = nullptr; // nullptr: malformed
    bool may_be_large = false; // long, or with an exponent: a double may not hold it
};

// RFC 8259, section 6. A NUL follows the text.
number_shape read_number(const char* const first) noexcept {
    constexpr std::ptrdiff_t surely_small = 300; // digits: every double has less than 309 before the point
    const char* at = *first == '-' ? first + 1 : first;
    const char* end = *at == '0' ? at + 1 : skip_digits(at);
    if (end == at)
        return {};
    if (*end == '.') {
        at = end + 1;
        end = skip_digits(at);
        if (end == at)
            return {};
    }
    bool exponent = false;
    if (*end == 'e' || *end == 'E') {
        exponent = true;
        at = end[1] == '+' || end[1] == '-' ? end + 2 : end + 1;
        end = skip_digits(at);
        if (end == at)
            return {};
    }
    return {end, exponent || end - first > surely_small};
}

// Where the first digit stands that is not 0, `digits` of a JSON number without sign and exponent: 2
// for 10.0, 1 for 1, 0 for 0.1, -1 for 0.01. nullopt: it is 0.
std::optional<std::int64_t> place_of_first_digit(std::string_view digits) noexcept {
    const auto point = std::min(digits.find('.'), digits.size());
    const auto first = digits.find_first_not_of("0.");
    if (first == std::string_view::npos)
        return std::nullopt;
    const auto distance = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
    return first < point ? distance : distance + 1;
}

class parser {
  public:
    explicit parser(json_nodes& into) noexcept
        : into_(into),
          at_(into.characters.data()),
          end_(at_ + into.characters.size()) {}

    parse_end run() {
        for (expected next = expected::value; next != expected::nothing;) {
            skip_blanks();
            if (next == expected::separator)
                next = depth_ == 0 ? end_of_text() : take_separator();
            else if (next == expected::name)
                next = take_name();
            else
                next = take_value(next == expected::value_or_end);
        }
        return end_reached_;
    }

  private:
    enum class expected : std::uint8_t { nothing, value, value_or_end, name, separator };

    struct level {
        std::uint32_t container = 0;
        std::uint32_t last_child = 0;
    };

    void skip_blanks() noexcept {
        while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')
            ++at_;
    }
    expected stop(parse_end why) noexcept {
        end_reached_ = why;
        return expected::nothing;
    }
    expected end_of_text() noexcept {
        if (at_ != end_)
            return stop(parse_end::malformed);
        return stop(unrepresentable_ ? parse_end::unrepresentable : parse_end::complete);
    }

    expected take_separator() noexcept {
        const bool in_object = into_.nodes[open_[depth_ - 1].container].kind == json_kind::object;
        const char c = *at_++;
        if (c == ',')
            return in_object ? expected::name : expected::value;
        if (c != (in_object ? '}' : ']'))
            return stop(parse_end::malformed);
        --depth_;
        return expected::separator;
    }

    expected take_name() noexcept {
        if (*at_ != '"' || !take_string(name_))
            return stop(parse_end::malformed);
        skip_blanks();
        return *at_++ == ':' ? expected::value : stop(parse_end::malformed);
    }

    // `or_end`: an array has been opened, and may be empty.
    expected take_value(bool or_end) {
        switch (*at_) {
        case '{':
            return open(json_kind::object);
        case '[':
            return open(json_kind::array);
        case ']':
            return or_end ? take_separator() : stop(parse_end::malformed);
        case '"':
            return take_text();
        case 't':
            return take_literal("true", {.kind = json_kind::boolean, .truth = true});
        case 'f':
            return take_literal("false", {.kind = json_kind::boolean});
        case 'n':
            return take_literal("null", {.kind = json_kind::null});
        default:
            return take_number();
        }
    }

    expected open(json_kind kind) {
        if (depth_ == open_.size())
            return stop(parse_end::too_deep);
        const std::uint32_t container = add({.kind = kind});
        open_[depth_++] = {.container = container, .last_child = 0};
        ++at_;
        if (kind == json_kind::array)
            return expected::value_or_end;
        skip_blanks();
        return *at_ == '}' ? take_separator() : expected::name;
    }

    expected take_text() {
        node made{.kind = json_kind::string};
        if (!take_string(made.text))
            return stop(parse_end::malformed);
        add(made);
        return expected::separator;
    }

    expected take_literal(std::string_view word, const node& made) {
        if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) != word)
            return stop(parse_end::malformed);
        at_ += word.size();
        add(made);
        return expected::separator;
    }

    expected take_number() {
        const number_shape found = read_number(at_);
        if (found.end == nullptr)
            return stop(parse_end::malformed);
        const auto size = static_cast<std::size_t>(found.end - at_);
        if (found.may_be_large && is_beyond_double({at_, size}))
            unrepresentable_ = true;
        add({.kind = json_kind::number, .text = slice_of(at_, size)});
        at_ += size;
        return expected::separator;
    }

    bool take_string(json_nodes::slice& into) noexcept {
        char* const first = at_ + 1;
        const json_string found = decode_json_string(first, end_);
        if (found.next == nullptr)
            return false;
        unrepresentable_ = unrepresentable_ || found.lone_surrogate;
        into = slice_of(first, found.size);
        at_ = found.next;
        return true;
    }

    [[nodiscard]] json_nodes::slice slice_of(const char* first, std::size_t size) const noexcept {
        return {static_cast<std::uint32_t>(first - into_.characters.data()),
                static_cast<std::uint32_t>(size)};
    }

    std::uint32_t add(node made) {
        made.name = std::exchange(name_, {});
        const auto index = static_cast<std::uint32_t>(into_.nodes.size());
        into_.nodes.push_back(made);
        if (depth_ > 0) {
            level& parent = open_[depth_ - 1];
            node& before = into_.nodes[parent.last_child != 0 ? parent.last_child : parent.container];
            (parent.last_child != 0 ? before.next : before.first_child) = index;
            parent.last_child = index;
        }
        return index;
    }

    json_nodes& into_;
    char* at_;
    const char* end_;          // the NUL behind the text
    json_nodes::slice name_{}; // of the member whose value comes next
    std::array<level, max_json_depth> open_{};
    std::size_t depth_ = 0;
    bool unrepresentable_ = false;
    parse_end end_reached_ = parse_end::malformed;
};

// Each is the first of the text, of an array or object, or follows a comma. In strings these characters may
// stand too: then some room is asked for that is never touched.
std::size_t most_nodes(std::string_view text) noexcept {
    const auto count = [text](char c) {
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), c));
    };
    return 1 + count(',') + count('[') + count('{');
}

} // namespace

bool is_beyond_double(std::string_view number) noexcept {
    constexpr std::int64_t most = 309;                   // digits before the point of the largest double
    constexpr std::int64_t far = std::int64_t{1} << 31U; // beyond what any number of digits makes up for
    if (number.front() == '-')
        number.remove_prefix(1);
    const auto mark = std::min(number.find_first_of("eE"), number.size());
    const auto place = place_of_first_digit(number.substr(0, mark));
    if (!place)
        return false;
    std::int64_t exponent = 0;
    if (mark < number.size()) {
        const bool plus = number[mark + 1] == '+';
        const std::string_view written = number.substr(mark + (plus ? 2 : 1));
        const auto read = std::from_chars(written.data(), written.data() + written.size(), exponent);
        if (read.ec != std::errc{} || exponent > far || exponent < -far)
            return written.front() != '-';
    }
    if (*place + exponent != most)
        return *place + exponent > most;
    double value = 0;
    return std::from_chars(number.data(), number.data() + number.size(), value).ec != std::errc{};
}

parse_end parse_json(json_nodes& into, std::string_view text) {
    into.nodes.clear();
    into.nodes.reserve(most_nodes(text));
    into.characters = text;
    return parser(into).run();
}

} // namespace tokenledger
