// RapidJSON's writer behind a class of our own.
#include "json/writer.hpp"

#include "json/tree.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tokenledger {

struct json_writer::impl {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> out{buffer};
};

namespace {

rapidjson::SizeType size_of(std::string_view text) {
    return static_cast<rapidjson::SizeType>(text.size());
}

void write_string(auto& out, std::string_view text) {
    // An empty view may have no pointer, which RapidJSON asserts on.
    out.String(text.empty() ? "" : text.data(), size_of(text));
}

// As deep as a tree may be, max_json_depth.
void write(auto& out, const json_value& value) {
    switch (value.kind()) {
    case json_kind::absent:
    case json_kind::null:
        out.Null();
        return;
    case json_kind::boolean:
        out.Bool(value.boolean().value_or(false));
        return;
    case json_kind::number:
        out.RawValue(value.raw_number().data(), value.raw_number().size(), rapidjson::kNumberType);
        return;
    case json_kind::string:
        write_string(out, value.string().value_or(""));
        return;
    case json_kind::array:
        out.StartArray();
        for (json_value each = value.first(); each; each = each.next())
            write(out, each);
        out.EndArray();
        return;
    case json_kind::object:
        out.StartObject();
        for (json_value each = value.first(); each; each = each.next()) {
            write_string(out, each.name());
            write(out, each);
        }
        out.EndObject();
        return;
    }
}

// A stream of RapidJSON's that keeps nothing.
struct counter {
    using Ch = char;
    void Put(char) noexcept { ++size; }
    void Flush() noexcept {}
    std::size_t size = 0;
};

} // namespace

json_writer::json_writer() : impl_(std::make_unique<impl>()) {
}

json_writer::~json_writer() = default;

json_writer& json_writer::begin_object() {
    impl_->out.StartObject();
    return *this;
}

json_writer& json_writer::end_object() {
    impl_->out.EndObject();
    return *this;
}

json_writer& json_writer::begin_array() {
    impl_->out.StartArray();
    return *this;
}

json_writer& json_writer::end_array() {
    impl_->out.EndArray();
    return *this;
}

json_writer& json_writer::key(std::string_view name) {
    impl_->out.Key(name.data(), size_of(name));
    return *this;
}

json_writer& json_writer::string(std::string_view text) {
    write_string(impl_->out, text);
    return *this;
}

json_writer& json_writer::integer(std::int64_t number) {
    impl_->out.Int64(number);
    return *this;
}

json_writer& json_writer::boolean(bool truth) {
    impl_->out.Bool(truth);
    return *this;
}

json_writer& json_writer::null() {
    impl_->out.Null();
    return *this;
}

json_writer& json_writer::raw(std::string_view json) {
    impl_->out.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    return *this;
}

json_writer& json_writer::copy(const json_value& of) {
    write(impl_->out, of);
    return *this;
}

json_writer& json_writer::member_if(std::string_view name, std::string_view text) {
    return text.empty() ? *this : member(name, text);
}

json_writer& json_writer::member_if(std::string_view name, std::optional<std::int64_t> number) {
    return number ? member(name, *number) : *this;
}

std::string json_writer::text() const {
    return {impl_->buffer.GetString(), impl_->buffer.GetSize()};
}

std::string json_value::compact() const {
    rapidjson::StringBuffer made;
    rapidjson::Writer<rapidjson::StringBuffer> out{made};
    write(out, *this);
    return {made.GetString(), made.GetSize()};
}

std::size_t json_value::compact_size() const noexcept {
    counter made;
    rapidjson::Writer<counter> out{made};
    write(out, *this);
    return made.size;
}

} // namespace tokenledger
