// A configuration while it is read: values as in the file, with positions for the checks that need more
// than one of them.
#pragma once

#include "config/config.hpp"
#include "config/toml_file.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tokenledger::daemon {

// The keys of a table, and their positions.
using key_positions = std::map<std::string, position, std::less<>>;

struct text_item {
    std::string text;
    position at;

    // Compares values: the same text at another place in the file is no change.
    bool operator==(const text_item& other) const { return text == other.text; }
};
using text_list = std::vector<text_item>;

inline text_list every_permit() {
    text_list names;
    for (const admin::permit each : admin::all_permits)
        names.push_back({std::string(admin::to_string(each)), {}});
    return names;
}

// { usd = 999 }
struct amount_item {
    std::string currency;
    std::int64_t amount = 0;
    position at;

    bool operator==(const amount_item& other) const {
        return currency == other.currency && amount == other.amount;
    }
};
using amount_list = std::vector<amount_item>;

struct endpoint_draft {
    position at;
    key_positions keys;
    std::string path;
    text_list secrets; // names of files
    bool livemode = true;
    text_list accounts;
    std::string catalog;
};

struct pack_draft {
    position at;
    key_positions keys;
    std::string id;
    std::int64_t tokens = 0;
    std::string expires = "never";
    amount_list prices;
    amount_list minimum;
    amount_list maximum;
};

struct catalog_draft {
    position at;
    key_positions keys;
    webhook::catalog made; // without its packs
    std::vector<pack_draft> packs;
};

struct admin_listener_draft {
    position at;
    key_positions keys;
    std::string name;
    std::string socket;
    std::string mode = "0660";
    std::string group;
    text_list permits = every_permit();
    std::int64_t max_tokens_per_request = admin_listener_config().max_tokens_per_request;
};

struct config_draft {
    config made; // without listeners, endpoints and catalogues
    key_positions database_keys;
    key_positions webhook_keys;
    key_positions admin_keys;
    key_positions operations_keys;
    key_positions log_keys;
    text_list listen{{"127.0.0.1:8787", {}}};
    text_list trusted_proxies;
    std::string tls_certificate; // names of files
    std::string tls_key;
    text_list operations_listen;
    std::vector<endpoint_draft> endpoints;
    std::vector<admin_listener_draft> admin_listeners;
    std::vector<catalog_draft> catalogs; // the default one first
};

} // namespace tokenledger::daemon
