// Fields as netstrings (length, colon, bytes, comma), so that no text can run into its neighbour.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

class netstring_writer {
  public:
    netstring_writer& add(std::string_view text) {
        bytes_.append(std::to_string(text.size())).append(1, ':').append(text).append(1, ',');
        return *this;
    }
    netstring_writer& add(const std::string& text) { return add(std::string_view(text)); }
    netstring_writer& add(const char* text) { return add(std::string_view(text)); }
    netstring_writer& add(std::int64_t number) { return add(std::to_string(number)); }
    netstring_writer& add(bool truth) { return add(truth ? "true" : "false"); }
    netstring_writer& add(const std::optional<std::int64_t>& number) {
        return number ? add(*number) : add("none");
    }
    [[nodiscard]] std::string finish() && { return std::move(bytes_); }

  private:
    std::string bytes_;
};

// Errors are sticky: after the first field that is not as asked for, every read returns an empty value and
// ok() is false. Lengths and numbers with leading zeros are errors.
class netstring_reader {
  public:
    explicit netstring_reader(std::string_view bytes) : rest_(bytes) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool more() const { return ok_ && !rest_.empty(); }
    [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }
    void fail() { ok_ = false; }

    std::string_view text() {
        std::size_t size = 0;
        const char* const end = rest_.data() + rest_.size();
        const auto [stopped, error] = std::from_chars(rest_.data(), end, size);
        if (!ok_ || error != std::errc{} || stopped == end || *stopped != ':')
            return failed();
        const auto begins = static_cast<std::size_t>(stopped - rest_.data()) + 1;
        if (rest_.front() == '0' && begins != 2)
            return failed();
        if (size >= rest_.size() - begins || rest_[begins + size] != ',')
            return failed();
        const std::string_view field = rest_.substr(begins, size);
        rest_.remove_prefix(begins + size + 1);
        return field;
    }
    std::string string() { return std::string(text()); }
    std::int64_t number() { return number_in(text()); }
    std::optional<std::int64_t> optional_number() {
        const std::string_view field = text();
        return field == "none" ? std::nullopt : std::optional(number_in(field));
    }
    bool truth() {
        const std::string_view field = text();
        if (field != "true" && field != "false")
            fail();
        return field == "true";
    }

  private:
    std::string_view failed() {
        ok_ = false;
        return {};
    }
    std::int64_t number_in(std::string_view field) {
        std::int64_t value = 0;
        const auto [stopped, error] = std::from_chars(field.data(), field.data() + field.size(), value);
        if (error != std::errc{} || stopped != field.data() + field.size() || field != std::to_string(value))
            ok_ = false;
        return value;
    }

    std::string_view rest_;
    bool ok_ = true;
};

} // namespace tokenledger::ledger
