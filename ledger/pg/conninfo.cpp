// libpq's own parser reads URIs and keyword strings alike; missing values are added to its result.
#include "pg/conninfo.hpp"

#include "ledger/postgres.hpp"

#include <libpq-fe.h>
#include <memory>
#include <utility>

namespace tokenledger::ledger {

namespace {

using conninfo = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

conninfo parse(const std::string& url) {
    return {PQconninfoParse(url.c_str(), nullptr), PQconninfoFree};
}

} // namespace

bool is_readable_url(const std::string& url) {
    return parse(url) != nullptr;
}

bool has_password(const std::string& url) {
    const conninfo parsed = parse(url);
    for (const PQconninfoOption* option = parsed.get(); option != nullptr && option->keyword != nullptr;
         ++option) {
        if (std::string_view(option->dispchar) == "*" && option->val != nullptr && *option->val != '\0')
            return true;
    }
    return false;
}

std::string pg::complete_conninfo(const std::string& url, std::chrono::milliseconds connect_timeout) {
    const conninfo parsed = parse(url);
    if (!parsed)
        throw unreadable_url("the database's url cannot be read: it must be a libpq URI or keyword string");
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(connect_timeout).count();
    const std::pair<std::string_view, std::string> defaults[] = {
        {"connect_timeout", std::to_string(seconds)},
        {"fallback_application_name", "tokenledgerd"},
    };
    std::string text;
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
        const std::string_view keyword = option->keyword;
        std::string value = option->val != nullptr ? option->val : "";
        for (const auto& [name, fallback] : defaults) {
            if (keyword == name && value.empty())
                value = fallback;
        }
        if (keyword == "client_encoding")
            value = "UTF8"; // the encoding that this program uses, whatever a role or a database sets
        if (value.empty())
            continue;
        text.append(keyword).append("='");
        for (const char each : value) {
            if (each == '\'' || each == '\\')
                text.push_back('\\');
            text.push_back(each);
        }
        text.append("' ");
    }
    return text;
}

} // namespace tokenledger::ledger
