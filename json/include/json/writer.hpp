// Writes JSON, compact and in the order of the calls. RapidJSON stays behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger {

class json_value;

// The caller keeps the order that JSON wants: inside an object each value follows its key. Text is UTF-8 and
// is written as it is, but for what JSON escapes.
class json_writer {
  public:
    json_writer();
    ~json_writer();
    json_writer(const json_writer&) = delete;
    json_writer& operator=(const json_writer&) = delete;

    json_writer& begin_object();
    json_writer& end_object();
    json_writer& begin_array();
    json_writer& end_array();
    json_writer& key(std::string_view name);

    json_writer& string(std::string_view text);
    json_writer& integer(std::int64_t number);
    json_writer& boolean(bool truth);
    json_writer& null();
    json_writer& raw(std::string_view json); // a value that is JSON already
    json_writer& copy(const json_value& of); // the same value, numbers as they were written

    // A member of the object that is open.
    json_writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
    json_writer& member(std::string_view name, const char* text) { return key(name).string(text); }
    json_writer& member(std::string_view name, std::int64_t number) { return key(name).integer(number); }
    json_writer& member(std::string_view name, bool truth) { return key(name).boolean(truth); }
    // Left out if there is none.
    json_writer& member_if(std::string_view name, std::string_view text);
    json_writer& member_if(std::string_view name, std::optional<std::int64_t> number);

    // What was written, once it is whole.
    [[nodiscard]] std::string text() const;

  private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace tokenledger
