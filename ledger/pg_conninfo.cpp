// libpq's own parser reads URIs and keyword strings alike, so what must be added is added to its answer.
#include "pg_conninfo.hpp"

#include "ledger/store.hpp"

#include <libpq-fe.h>
#include <memory>
#include <utility>

namespace tokenledger::ledger::pg {

std::string complete_conninfo(const std::string& url, std::chrono::milliseconds connect_timeout) {
    char* error = nullptr;
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed(
        PQconninfoParse(url.c_str(), &error), PQconninfoFree);
    const std::unique_ptr<char, void (*)(void*)> message(error, PQfreemem);
    if (!parsed)
        throw store_error(store_failure::unavailable,
                          std::string("database url: ") + (message ? message.get() : "out of memory"));
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(connect_timeout).count();
    const std::pair<std::string_view, std::string> defaults[] = {
        {"connect_timeout", std::to_string(seconds)},
        {"client_encoding", "UTF8"},
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

} // namespace tokenledger::ledger::pg
