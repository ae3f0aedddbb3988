// Arrays in PostgreSQL's formats. Each is one parameter, so a whole column of a batch travels as one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ledger::pg {

// The text form, for columns of short values.
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

// The binary form of bytea[], for values of kilobytes: as text the server would spend more on reading them
// than on storing them. PostgreSQL, src/backend/utils/adt/arrayfuncs.c, array_recv: numbers are 32 bits in
// network order.
class bytes_array {
  public:
    explicit bytes_array(std::size_t elements) {
        number(elements == 0 ? 0 : 1); // dimensions
        number(1);                     // there may be NULLs
        number(17);                    // element type: bytea
        if (elements == 0)
            return;
        number(static_cast<std::uint32_t>(elements));
        number(1); // index of the first
    }

    void add(std::string_view bytes) {
        number(static_cast<std::uint32_t>(bytes.size()));
        data_.append(bytes);
    }
    void add_null() { number(0xffffffff); }

    // Precondition: the announced number of elements was added.
    [[nodiscard]] std::string finish() && { return std::move(data_); }

  private:
    void number(std::uint32_t value) {
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            data_.push_back(static_cast<char>((value >> shift) & 0xffU));
    }

    std::string data_;
};

} // namespace tokenledger::ledger::pg
