// Parameters: those of lists and reports by their filters, the others by name (values.cpp).
#include "openapi/schemas.hpp"

#include "ledger/reader.hpp"
#include "json/writer.hpp"

#include <stdexcept>
#include <type_traits>

namespace tokenledger::admin {

namespace {

template <class Enum>
value_schema filter_value(const std::optional<Enum>*, ledger::known_names) {
    return one_of_all<Enum>();
}
value_schema filter_value(const std::optional<std::int64_t>*, ledger::known_names) {
    return integer();
}
value_schema filter_value(const std::string*, ledger::known_names names) {
    return names != nullptr ? one_of(names()) : identifier();
}

template <class Filter>
std::optional<value_schema> filter_named(std::string_view name) {
    std::optional<value_schema> found;
    ledger::for_each_field<Filter>([&](const auto& filter) {
        using type = std::remove_cvref_t<decltype(std::declval<Filter>().*filter.member)>;
        if (filter.name == name)
            found = filter_value(static_cast<const type*>(nullptr), filter.names);
    });
    return found;
}

// nullopt: the call has no filter of this name.
std::optional<value_schema> filter_of(const route& of, std::string_view name) {
    if (of.call == call::usage_report)
        return filter_named<ledger::usage_filter>(name);
    if (of.call == call::transaction_report)
        return filter_named<ledger::transaction_filter>(name);
    std::optional<value_schema> found;
    ledger::for_each_list([&]<class Query>(const Query& what) {
        if (of.call == call::list && ledger::description<Query>::name == of.name)
            found = filter_named<std::remove_cvref_t<decltype(what.filter)>>(name);
    });
    return found;
}

std::string parameter_text(std::string_view name, std::string_view in, const std::string& words,
                           value_schema value) {
    json_writer out;
    out.begin_object().member("name", name).member("in", in).member("required", in == "header");
    out.member_if("description", description_of(value, words));
    value.note.clear(); // said here, and not in the schema too
    return out.key("schema").raw(json_of(value)).end_object().text();
}

} // namespace

std::string schemas::parameter(const route& of, std::string_view name) {
    const std::string key = "?" + std::string(name);
    const std::optional<value_schema> filter = filter_of(of, name);
    const value_row* const known = filter && filter->type == "string" ? nullptr : values_.find(key);
    if (!filter && known == nullptr)
        throw std::logic_error("values.cpp does not know the parameter " + std::string(name));
    const value_schema& value = known != nullptr ? known->value : *filter;

    const std::string list = of.call == call::list ? std::string(of.name) : "";
    if (const word* const own = list.empty() ? nullptr : words_.find(list + key)) {
        const std::string one = list.ends_with('s') ? list.substr(0, list.size() - 1) : list;
        return keep(parameters_, "parameters", one + "_" + std::string(name),
                    parameter_text(name, "query", std::string(own->text), value));
    }
    return keep(parameters_, "parameters", name,
                parameter_text(name, "query", std::string(said(key)), value));
}

std::string schemas::key_parameter() {
    constexpr std::string_view name = "Idempotency-Key";
    const std::string words = bytes_of_identifier() + ". " + std::string(said("?Idempotency-Key"));
    return keep(parameters_, "parameters", name, parameter_text(name, "header", words, identifier()));
}

} // namespace tokenledger::admin
