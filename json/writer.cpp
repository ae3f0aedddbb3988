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
    // An empty view may have no pointer, which RapidJSON asserts on.
    impl_->out.String(text.empty() ? "" : text.data(), size_of(text));
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

// As deep as a tree may be, max_json_depth.
json_writer& json_writer::copy(const json_value& of) {
    switch (of.kind()) {
    case json_kind::absent:
    case json_kind::null:
        return null();
    case json_kind::boolean:
        return boolean(of.boolean().value_or(false));
    case json_kind::number:
        return raw(of.raw_number());
    case json_kind::string:
        return string(of.string().value_or(""));
    case json_kind::array:
        begin_array();
        for (json_value each = of.first(); each; each = each.next()) {
            copy(each);
        }
        return end_array();
    case json_kind::object:
        begin_object();
        for (json_value each = of.first(); each; each = each.next()) {
            key(each.name()).copy(each);
        }
        return end_object();
    }
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

} // namespace tokenledger
