// PostgreSQL's text form of an array, as one parameter: a whole column of a batch travels in one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ledger::pg {

class array {
  public:
    // `bytes`: what is expected in all, to allocate once.
    explicit array(std::size_t bytes = 0) {
        text_.reserve(bytes + 2);
        text_.push_back('{');
    }

    // Always quoted, so that commas, braces, white space, the empty string and the word NULL mean themselves.
    void add(std::string_view value) {
        separate();
        text_.push_back('"');
        for (const char each : value) {
            if (each == '"' || each == '\\')
                text_.push_back('\\');
            text_.push_back(each);
        }
        text_.push_back('"');
    }
    void add(const std::string& value) { add(std::string_view(value)); }
    void add(const char* value) { add(std::string_view(value)); }

    void add(std::int64_t value) {
        separate();
        text_ += std::to_string(value);
    }

    void add(bool value) {
        separate();
        text_.push_back(value ? 't' : 'f');
    }

    void add_null() {
        separate();
        text_ += "NULL";
    }

    template <class Value>
    void add(const std::optional<Value>& value) {
        if (value)
            add(*value);
        else
            add_null();
    }

    // Empty text stands for an absent value in the ledger's structs, NULL in its tables.
    void add_or_null(std::string_view value) {
        if (value.empty())
            add_null();
        else
            add(value);
    }

    // Two hexadecimal digits a byte: for bytes, decoded by the statement with decode(..., 'hex').
    void add_hex(std::string_view bytes) {
        static constexpr std::string_view digits = "0123456789abcdef";
        separate();
        text_.push_back('"');
        for (const char each : bytes) {
            const auto byte = static_cast<unsigned char>(each);
            text_.push_back(digits[byte >> 4U]);
            text_.push_back(digits[byte & 15U]);
        }
        text_.push_back('"');
    }

    [[nodiscard]] std::string finish() && {
        text_.push_back('}');
        return std::move(text_);
    }

  private:
    void separate() {
        if (text_.size() > 1)
            text_.push_back(',');
    }

    std::string text_;
};

} // namespace tokenledger::ledger::pg
