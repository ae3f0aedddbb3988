// Eight bytes at a time where nothing needs a look; the rest one by one.
#include "strings.hpp"

#include <cstdint>
#include <cstring>

namespace tokenledger {
namespace {

constexpr std::uint64_t every_byte = 0x0101010101010101U;

// Not zero if one of the eight is a quote, a backslash, a control character or not ASCII. A borrow from the
// byte below may mark one too many, and never one too few.
std::uint64_t special_bytes(std::uint64_t word) noexcept {
    const std::uint64_t quotes = word ^ (every_byte * '"');
    const std::uint64_t backslashes = word ^ (every_byte * '\\');
    const std::uint64_t controls = word - every_byte * 0x20U;
    return (controls | (quotes - every_byte) | (backslashes - every_byte) | word) & (every_byte * 0x80U);
}

bool is_special(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
}

// The first special character from `at` on; the NUL at the end is one.
char* skip_plain(char* at, const char* end) noexcept {
    std::uint64_t word = 0;
    while (static_cast<std::size_t>(end - at) >= sizeof word) {
        std::memcpy(&word, at, sizeof word);
        if (special_bytes(word) != 0)
            break;
        at += sizeof word;
    }
    while (!is_special(*at))
        ++at;
    return at;
}

bool is_tail(char c, unsigned low = 0x80, unsigned high = 0xBF) noexcept {
    const unsigned byte = static_cast<unsigned char>(c);
    return byte >= low && byte <= high;
}

// Bytes of the well-formed sequence that begins at `at` with something else than ASCII; 0: it is none.
// RFC 3629, section 4: no overlong form, no surrogate, nothing beyond U+10FFFF.
std::size_t sequence_bytes(const char* at) noexcept {
    const unsigned lead = static_cast<unsigned char>(*at);
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    if (lead < 0xE0)
        return is_tail(at[1]) ? 2 : 0;
    if (lead < 0xF0)
        return is_tail(at[1], lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && is_tail(at[2]) ? 3
                                                                                                        : 0;
    const bool second = is_tail(at[1], lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && is_tail(at[2]) && is_tail(at[3]) ? 4 : 0;
}

constexpr std::uint32_t no_unit = 0xFFFF'FFFF;

// The code unit of the four hexadecimal digits at `at`.
std::uint32_t hex_unit(const char* at) noexcept {
    std::uint32_t unit = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = at[i]; // the NUL at the end is no digit: nothing behind it is read
        unit <<= 4;
        if (c >= '0' && c <= '9')
            unit |= static_cast<std::uint32_t>(c - '0');
        else if (c >= 'a' && c <= 'f')
            unit |= static_cast<std::uint32_t>(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            unit |= static_cast<std::uint32_t>(c - 'A' + 10);
        else
            return no_unit;
    }
    return unit;
}

char* put_code_point(char* to, std::uint32_t point) noexcept {
    const auto put = [&to](std::uint32_t byte) {
        *to++ = static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0U | point >> 6U);
        put(0x80U | (point & 0x3FU));
    } else if (point < 0x10000) {
        put(0xE0U | point >> 12U);
        put(0x80U | (point >> 6U & 0x3FU));
        put(0x80U | (point & 0x3FU));
    } else {
        put(0xF0U | point >> 18U);
        put(0x80U | (point >> 12U & 0x3FU));
        put(0x80U | (point >> 6U & 0x3FU));
        put(0x80U | (point & 0x3FU));
    }
    return to;
}

char escaped_character(char after_backslash) noexcept {
    switch (after_backslash) {
    case '"':
    case '\\':
    case '/':
        return after_backslash;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return '\0';
    }
}

constexpr bool is_high_surrogate(std::uint32_t unit) noexcept {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool is_low_surrogate(std::uint32_t unit) noexcept {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

// Reads from `from`, writes to `to`, which never overtakes it.
class decoder {
  public:
    decoder(char* first, char* at) noexcept : first_(first), from_(at), to_(at) {}

    json_string run(const char* end) noexcept {
        while (true) {
            char* const stop = skip_plain(from_, end);
            const auto plain = static_cast<std::size_t>(stop - from_);
            std::memmove(to_, from_, plain);
            to_ += plain;
            from_ = stop;
            if (*stop == '"')
                return {stop + 1, static_cast<std::size_t>(to_ - first_), lone_surrogate_};
            if (!(*stop == '\\' ? take_escape() : take_sequence()))
                return {};
        }
    }

  private:
    bool take_sequence() noexcept { // a control character is none
        const std::size_t size = sequence_bytes(from_);
        std::memmove(to_, from_, size);
        to_ += size;
        from_ += size;
        return size > 0;
    }
    bool take_escape() noexcept {
        if (from_[1] == 'u')
            return take_code_point();
        *to_ = escaped_character(from_[1]);
        from_ += 2;
        return *to_++ != '\0';
    }
    bool take_code_point() noexcept {
        std::uint32_t point = hex_unit(from_ + 2);
        if (point == no_unit)
            return false;
        from_ += 6;
        if (is_high_surrogate(point)) {
            const std::uint32_t low = from_[0] == '\\' && from_[1] == 'u' ? hex_unit(from_ + 2) : no_unit;
            if (low != no_unit && is_low_surrogate(low)) {
                point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
                from_ += 6;
            } else {
                point = 0xDC00;
                lone_surrogate_ = true;
            }
        }
        to_ = put_code_point(to_, point);
        return true;
    }

    char* first_;
    char* from_;
    char* to_;
    bool lone_surrogate_ = false;
};

} // namespace

json_string decode_json_string(char* first, const char* end) noexcept {
    char* const stop = skip_plain(first, end);
    if (*stop == '"')
        return {stop + 1, static_cast<std::size_t>(stop - first), false};
    return decoder(first, stop).run(end);
}

} // namespace tokenledger
