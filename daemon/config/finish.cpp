// From a draft to the configuration.
#include "config/finish.hpp"

#include "config/error_text.hpp"
#include "config/secret_file.hpp"
#include "config/text_rules.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::daemon {
namespace {

constexpr std::size_t max_pem_bytes = 262144; // a certificate with a long chain has some 10 KB

class finisher {
  public:
    finisher(const config_draft& draft, const secret_places& places, std::vector<finding>& findings)
        : draft_(draft),
          places_(places),
          findings_(findings) {}

    config run() {
        config made = draft_.made;
        check_limits();
        if (places_.secrets == secret_files::read)
            made.webhook.tls = read_tls();
        made.webhook.listen = addresses_of(draft_.listen);
        made.operations.listen = addresses_of(draft_.operations_listen);
        for (const text_item& proxy : draft_.trusted_proxies)
            made.webhook.trusted_proxies.insert(proxy.text);
        for (const admin_listener_draft& drafted : draft_.admin_listeners)
            made.admin.listeners.push_back(finish_admin_listener(drafted));
        for (const catalog_draft& drafted : draft_.catalogs)
            made.catalogs.emplace(drafted.made.name, finish_catalog(drafted));
        for (const endpoint_draft& drafted : draft_.endpoints)
            made.webhook.endpoints.push_back(finish_endpoint(drafted));
        std::ranges::sort(made.webhook.endpoints, {}, [](const endpoint_config& e) { return e.policy.path; });
        return made;
    }

  private:
    void add(position at, std::string message) { findings_.push_back({at, std::move(message)}); }

    // The position of the first of these keys that is there; otherwise the table's.
    static position where(const key_positions& keys, std::initializer_list<std::string_view> names,
                          position table) {
        for (const std::string_view name : names) {
            if (const auto found = keys.find(name); found != keys.end())
                return found->second;
        }
        return table;
    }

    void check_limits() {
        const webhook_config& web = draft_.made.webhook;
        if (web.max_body_bytes_in_flight < web.max_body_bytes) {
            add(where(draft_.webhook_keys, {"max_body_bytes_in_flight", "max_body_bytes"}, {}),
                "webhook.max_body_bytes_in_flight must be at least webhook.max_body_bytes");
        }
        const database_config& database = draft_.made.database;
        if (database.queue_limit < database.max_batch) {
            add(where(draft_.database_keys, {"queue_limit", "max_batch"}, {}),
                "database.queue_limit must be at least database.max_batch");
        }
    }

    tls_context read_tls() {
        const position at = where(draft_.webhook_keys, {"tls_certificate", "tls_key"}, {});
        if (draft_.tls_certificate.empty() != draft_.tls_key.empty()) {
            add(at, "webhook.tls_certificate and webhook.tls_key go together");
            return nullptr;
        }
        if (draft_.tls_certificate.empty())
            return nullptr;
        secret_bytes certificate;
        secret_bytes key;
        bool good = read_pem(draft_.tls_certificate, "tls_certificate", certificate);
        good = read_pem(draft_.tls_key, "tls_key", key) && good;
        tls_result tried = good ? make_tls_context({text_of(certificate), text_of(key)}) : tls_result();
        if (!tried.problem.empty())
            add(at, "webhook.tls_certificate and webhook.tls_key cannot be used: " + tried.problem);
        return std::move(tried.made);
    }

    bool read_pem(const std::string& name, std::string_view key, secret_bytes& into) {
        const auto file = secret_path(name, places_.credentials_directory, places_.config_directory);
        secret_content read = read_secret_file(file, max_pem_bytes);
        if (!read.problem.empty()) {
            add(where(draft_.webhook_keys, {key}, {}),
                "cannot use " + in_quotes(file.string()) + ": " + read.problem);
        }
        into = std::move(read.bytes);
        return read.problem.empty();
    }

    static std::vector<listen_address> addresses_of(const text_list& listen) {
        std::vector<listen_address> made;
        for (const text_item& item : listen) {
            if (std::optional<listen_address> parsed = parse_address(item.text))
                made.push_back(*std::move(parsed));
        }
        return made;
    }

    admin_listener_config finish_admin_listener(const admin_listener_draft& drafted) {
        admin_listener_config made;
        made.name = drafted.name;
        made.file = {drafted.socket, parse_mode(drafted.mode), drafted.group};
        made.permits = {};
        for (const text_item& each : drafted.permits) {
            if (const auto known = admin::permit_of(each.text))
                made.permits.add(*known);
        }
        made.max_tokens_per_request = drafted.max_tokens_per_request;
        if (drafted.socket.empty()) {
            return made; // missing, or refused already
        }
        if (!sockets_.insert(drafted.socket).second) {
            add(where(drafted.keys, {"socket"}, drafted.at),
                "the socket " + in_quotes(drafted.socket) + " is that of another listener");
            return made;
        }
        if (!drafted.keys.contains("name")) {
            made.name = std::filesystem::path(drafted.socket).stem().string();
            if (!listener_name.holds(made.name)) {
                add(where(drafted.keys, {"socket"}, drafted.at),
                    "a listener with the socket " + in_quotes(drafted.socket) +
                        " needs a name: " + std::string(listener_name.says));
                return made;
            }
        }
        if (!made.name.empty() && !listeners_.insert(made.name).second) {
            add(where(drafted.keys, {"name", "socket"}, drafted.at),
                "the name " + in_quotes(made.name) + " is that of another listener");
        }
        return made;
    }

    webhook::catalog finish_catalog(const catalog_draft& drafted) {
        webhook::catalog made = drafted.made;
        const std::set<std::string_view> keys{made.user_id_key, made.pack_key, made.quantity_key};
        if (keys.size() < 3) {
            add(where(drafted.keys, {"user_id_key", "pack_key", "quantity_key"}, drafted.at),
                "user_id_key, pack_key and quantity_key of a catalogue must differ from each other");
        }
        for (const pack_draft& pack : drafted.packs) {
            webhook::pack finished = finish_pack(pack);
            if (!pack.id.empty() && !made.packs.emplace(pack.id, std::move(finished)).second)
                add(where(pack.keys, {"id"}, pack.at), "the pack " + in_quotes(pack.id) + " is there twice");
        }
        return made;
    }

    webhook::pack finish_pack(const pack_draft& drafted) {
        webhook::pack made{drafted.tokens, {}, parse_lifetime(drafted.expires)};
        for (const amount_item& item : drafted.prices)
            made.prices[item.currency] = {.amount = item.amount, .minimum = item.amount};
        if (drafted.prices.empty()) {
            return made; // missing, or refused already
        }
        for (const amount_item& item : drafted.minimum) {
            const auto price = made.prices.find(item.currency);
            if (price == made.prices.end()) {
                add(item.at, "the minimum in " + in_quotes(item.currency) + " has no price in that currency");
            } else if (item.amount > price->second.amount) {
                add(item.at, "the minimum in " + in_quotes(item.currency) + " is above the price: " +
                                 std::to_string(item.amount) + " > " + std::to_string(price->second.amount));
            } else {
                price->second.minimum = item.amount;
            }
        }
        for (const amount_item& item : drafted.maximum) {
            const auto price = made.prices.find(item.currency);
            if (price == made.prices.end()) {
                add(item.at, "the maximum in " + in_quotes(item.currency) + " has no price in that currency");
            } else if (item.amount < price->second.amount) {
                add(item.at, "the maximum in " + in_quotes(item.currency) + " is below the price: " +
                                 std::to_string(item.amount) + " < " + std::to_string(price->second.amount));
            } else {
                price->second.maximum = item.amount;
            }
        }
        return made;
    }

    endpoint_config finish_endpoint(const endpoint_draft& drafted) {
        endpoint_config made;
        made.policy.path = drafted.path;
        made.policy.livemode = drafted.livemode;
        made.catalog = drafted.catalog;
        for (const text_item& account : drafted.accounts)
            made.policy.accounts.insert(account.text);
        if (!drafted.path.empty() && !paths_.insert(drafted.path).second) {
            add(where(drafted.keys, {"path"}, drafted.at),
                "the path " + in_quotes(drafted.path) + " is that of another endpoint");
        }
        check_catalog(drafted);
        read_secrets(drafted.secrets, made);
        return made;
    }

    void check_catalog(const endpoint_draft& drafted) {
        const bool names_one = drafted.keys.contains("catalog");
        const position at = where(drafted.keys, {"catalog"}, drafted.at);
        if (!drafted.accounts.empty() && !names_one) {
            add(where(drafted.keys, {"accounts"}, drafted.at),
                "an endpoint with accounts must name its catalog: connected accounts set their own metadata");
            return;
        }
        if (names_one && drafted.catalog.empty()) {
            return; // the value was refused already
        }
        const auto found = std::ranges::find(draft_.catalogs, drafted.catalog, [](const catalog_draft& one) {
            return std::string_view(one.made.name);
        });
        if (found == draft_.catalogs.end()) {
            add(at, "there is no [catalog." + drafted.catalog + "]");
        } else if (!found->keys.contains("pack")) {
            const std::string name = "catalog" + (names_one ? "." + drafted.catalog : std::string());
            add(at, "the endpoint's catalogue, [" + name + "], has no pack: add a [[" + name + ".pack]]");
        }
    }

    void read_secrets(const text_list& names, endpoint_config& into) {
        if (places_.secrets == secret_files::left_alone)
            return;
        std::vector<secret_bytes> secrets;
        for (const text_item& item : names) {
            const auto file = secret_path(item.text, places_.credentials_directory, places_.config_directory);
            secret_content read = read_secret(file);
            if (!read.problem.empty()) {
                add(item.at, "cannot use the secret in " + in_quotes(file.string()) + ": " + read.problem);
                continue;
            }
            if (const auto same = std::ranges::find(secrets, read.bytes); same != secrets.end()) {
                const auto first = static_cast<std::size_t>(same - secrets.begin());
                add(item.at, "the secret in " + in_quotes(item.text) + " is the same as in " +
                                 in_quotes(into.secret_names[first]));
                continue;
            }
            secrets.push_back(std::move(read.bytes));
            into.secret_names.push_back(item.text);
        }
        std::vector<std::string_view> texts;
        std::ranges::transform(secrets, std::back_inserter(texts), text_of);
        auto keyed = webhook::verifier::make(texts, draft_.made.webhook.tolerance_seconds);
        if (keyed) { // else an error was found already
            into.verifier = std::make_shared<const webhook::verifier>(*std::move(keyed));
        }
    }

    const config_draft& draft_;
    const secret_places& places_;
    std::vector<finding>& findings_;
    std::set<std::string, std::less<>> paths_;
    std::set<std::string, std::less<>> sockets_;
    std::set<std::string, std::less<>> listeners_;
};

} // namespace

config finish(const config_draft& draft, const secret_places& places, std::vector<finding>& findings) {
    return finisher(draft, places, findings).run();
}

} // namespace tokenledger::daemon
