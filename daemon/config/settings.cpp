// The table of settings.
#include "config/settings.hpp"

#include "config/text_rules.hpp"
#include "webhook/catalog.hpp"

#include <algorithm>
#include <array>

namespace tokenledger::daemon {
namespace {

using enum presence;
using enum change;
using std::chrono::milliseconds;

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;
constexpr std::int64_t gib = 1024 * mib;
constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t minute_ms = 60 * second_ms;
constexpr std::int64_t week_seconds = 7 * 24 * 3600;

// Places as paths of member pointers: from the draft, or from the newest element of one of its lists.
template <auto... Path>
auto& in_draft(config_draft& draft) {
    return (draft.*....*Path);
}
template <auto... Path>
auto& in_endpoint(config_draft& draft) {
    return (draft.endpoints.back().*....*Path);
}
template <auto... Path>
auto& in_admin_listener(config_draft& draft) {
    return (draft.admin_listeners.back().*....*Path);
}
template <auto... Path>
auto& in_catalog(config_draft& draft) {
    return (draft.catalogs.back().*....*Path);
}
template <auto... Path>
auto& in_pack(config_draft& draft) {
    return (draft.catalogs.back().packs.back().*....*Path);
}
template <auto Member>
constexpr auto database = &in_draft<&config_draft::made, &config::database, Member>;
template <auto Member>
constexpr auto http = &in_draft<&config_draft::made, &config::webhook, Member>;
template <auto Member>
constexpr auto admin = &in_draft<&config_draft::made, &config::admin, Member>;
template <auto Member>
constexpr auto operations = &in_draft<&config_draft::made, &config::operations, Member>;
template <auto Member>
constexpr auto logging = &in_draft<&config_draft::made, &config::log, Member>;

using db = database_config;
using web = webhook_config;
using prices = webhook::catalog;
using admin_listener = admin_listener_draft;

// In the order of the reference: table by table.
// clang-format off
constexpr auto table = std::to_array<setting>({
    {"database", "url", database<&db::url>, required, {.rule = &database_url}, restart,
     "Where the ledger is: any libpq URI or connection string, several hosts too. A password is better "
     "kept in a passfile or avoided by peer authentication."},
    {"database", "migrate_url", database<&db::migrate_url>, optional, {.rule = &database_url}, restart,
     "For `migrate`: the role that owns the schema. The daemon's own role needs no right to rewrite "
     "anything.",
     "the value of `url`"},
    {"database", "connections", database<&db::connections>, optional, {1, 64}, restart,
     "Connections that commit batches, each with one batch on its way."},
    {"database", "max_batch", database<&db::max_batch>, optional, {1, 10'000}, restart,
     "Commands that one transaction takes at most."},
    {"database", "queue_limit", database<&db::queue_limit>, optional, {1, 1'000'000}, restart,
     "Commands that wait for a batch at most; beyond it requests are answered 503. At least `max_batch`."},
    {"database", "statement_timeout_ms", database<&db::statement_timeout>, optional,
     {100, 10 * minute_ms}, restart,
     "After this long PostgreSQL gives up a statement."},
    {"database", "connect_timeout_ms", database<&db::connect_timeout>, optional, {100, minute_ms}, restart,
     "After this long an attempt to connect is given up."},

    {"webhook", "listen", &in_draft<&config_draft::listen>, optional, {1, 64, &host_and_port}, restart,
     "Addresses to listen at, unless systemd hands over sockets named `webhook` or `tokenledgerd.socket`. "
     "Port 0: the system chooses, and the log tells."},
    {"webhook", "max_body_bytes", http<&web::max_body_bytes>, optional, {kib, 64 * mib}, restart,
     "Longest body of a request; a longer one is answered 413. One thread reads all of them: up to 20 ms a"
     " MiB."},
    {"webhook", "max_body_bytes_in_flight", http<&web::max_body_bytes_in_flight>, optional,
     {kib, 64 * gib}, restart,
     "Bytes of bodies held at one time, all connections together; beyond it requests are answered 503. At"
     " least `max_body_bytes`."},
    {"webhook", "max_header_bytes", http<&web::max_header_bytes>, optional, {8 * kib, mib}, restart,
     "Longest header of a request."},
    {"webhook", "max_connections", http<&web::max_connections>, optional, {1, 1'000'000}, restart,
     "Connections open at one time."},
    {"webhook", "request_timeout_ms", http<&web::request_timeout>, optional, {100, 10 * minute_ms}, restart,
     "From a request's first byte to its answer; a body that takes longer is answered 408, a commit 503."},
    {"webhook", "idle_timeout_ms", http<&web::idle_timeout>, optional, {second_ms, 60 * minute_ms}, restart,
     "How long a connection without a request is kept open."},
    {"webhook", "drain_timeout_ms", http<&web::drain_timeout>, optional, {100, 10 * minute_ms}, restart,
     "After SIGTERM: how long requests that were received may take to finish."},
    {"webhook", "tolerance_seconds", http<&web::tolerance_seconds>, optional, {1, week_seconds}, reload,
     "How far a signature's timestamp may be from now, in the past or the future."},
    {"webhook", "waiting_expires_days", http<&web::waiting_expires_days>, optional, {1, 36'500}, restart,
     "After this long a refund or dispute that waits for its purchase shows as `expired` and leaves the "
     "gauge; if the purchase comes it is settled all the same."},
    {"webhook", "trusted_proxies", &in_draft<&config_draft::trusted_proxies>, optional,
     {0, 64, &proxy_address}, reload,
     "Proxies whose `X-Forwarded-For` the log believes: numeric addresses, or `unix` for whoever connects by "
     "a unix socket. Of several addresses the last one that is no proxy counts.",
     "none: the log names the peer"},
    {"webhook", "tls_certificate", &in_draft<&config_draft::tls_certificate>, optional,
     {.rule = &plain_file_name}, reload,
     "File with the certificate and its chain, PEM; looked up as a secret is. With it, and `tls_key`, the "
     "webhook speaks TLS 1.2 and 1.3 alone, but for unix sockets. A new one is for new connections.",
     "no TLS"},
    {"webhook", "tls_key", &in_draft<&config_draft::tls_key>, optional, {.rule = &plain_file_name}, reload,
     "File with the key of the certificate, PEM, without a passphrase.",
     "no TLS"},

    {"webhook.endpoint", "path", &in_endpoint<&endpoint_draft::path>, required,
     {.rule = &request_path}, reload,
     "Path of the endpoint, as in the URL given to Stripe; each path once."},
    {"webhook.endpoint", "secrets", &in_endpoint<&endpoint_draft::secrets>, required,
     {1, 16, &file_name}, reload,
     "Files, each with one signing secret (`whsec_...`, at most 4096 bytes, one newline at the end is "
     "fine); several while one replaces the other. Relative names are looked up in "
     "`$CREDENTIALS_DIRECTORY` if that is set, else beside this file. What lies in "
     "`$CREDENTIALS_DIRECTORY` changes with a restart only."},
    {"webhook.endpoint", "livemode", &in_endpoint<&endpoint_draft::livemode>, required, {}, reload,
     "Whether this endpoint is for live events (real money) or for test events. The other kind moves no "
     "tokens."},
    {"webhook.endpoint", "accounts", &in_endpoint<&endpoint_draft::accounts>, optional,
     {0, 10'000, &identifier}, reload,
     "Connected accounts accepted here. They set their own metadata, so such an endpoint must name its "
     "`catalog`.",
     "none: the own account only"},
    {"webhook.endpoint", "catalog", &in_endpoint<&endpoint_draft::catalog>, optional,
     {.rule = &catalog_name}, reload,
     "Name of the catalogue that decides what was bought here.",
     "the default catalogue, `[catalog]`"},

    {"catalog", "user_id_key", &in_catalog<&catalog_draft::made, &prices::user_id_key>, optional,
     {.rule = &metadata_key}, reload,
     "Metadata key that holds the user's id."},
    {"catalog", "pack_key", &in_catalog<&catalog_draft::made, &prices::pack_key>, optional,
     {.rule = &metadata_key}, reload,
     "Metadata key that holds the pack's id: it makes a payment ours."},
    {"catalog", "quantity_key", &in_catalog<&catalog_draft::made, &prices::quantity_key>, optional,
     {.rule = &metadata_key}, reload,
     "Metadata key that holds how many packs were bought (1 to 1000)."},

    {"catalog.pack", "id", &in_pack<&pack_draft::id>, required, {.rule = &identifier}, reload,
     "The pack's id, as in the metadata; each id once in a catalogue."},
    {"catalog.pack", "tokens", &in_pack<&pack_draft::tokens>, required, {1, webhook::max_pack_tokens}, reload,
     "Tokens that one pack gives."},
    {"catalog.pack", "prices", &in_pack<&pack_draft::prices>, required, {1, webhook::max_pack_price}, reload,
     "Price of one pack in minor units, by currency; at least one. More may be received (tax), up to "
     "`maximum`."},
    {"catalog.pack", "minimum", &in_pack<&pack_draft::minimum>, optional,
     {1, webhook::max_pack_price}, reload,
     "Lowest amount accepted for one pack (a discount), by currency; at most the price.",
     "the price"},
    {"catalog.pack", "maximum", &in_pack<&pack_draft::maximum>, optional,
     {1, webhook::max_pack_price}, reload,
     "Highest amount accepted for one pack (tax), by currency; at least the price. Above it, times the "
     "quantity, the payment is parked: more was bought than the metadata says.",
     "less than twice the price"},

    {"admin", "max_body_bytes", admin<&admin_config::max_body_bytes>, optional, {kib, 64 * mib}, restart,
     "Longest body of a request; a longer one is answered 413. One thread reads all of them: up to 20 ms a"
     " MiB."},
    {"admin", "max_connections", admin<&admin_config::max_connections>, optional, {1, 1'000'000}, restart,
     "Connections open at one time, of each listener."},
    {"admin", "request_timeout_ms", admin<&admin_config::request_timeout>, optional,
     {100, 10 * minute_ms}, restart,
     "From a request's first byte to its answer."},

    {"admin.listener", "socket", &in_admin_listener<&admin_listener::socket>, required,
     {.rule = &socket_path}, restart,
     "The socket file, each once. It is made at start, unless systemd hands over the socket of this path, or "
     "one with this listener's name (`FileDescriptorName=`)."},
    {"admin.listener", "name", &in_admin_listener<&admin_listener::name>, optional,
     {.rule = &listener_name}, restart,
     "What logs and metrics call it; each name once.",
     "the name of the socket file, without its ending"},
    {"admin.listener", "mode", &in_admin_listener<&admin_listener::mode>, optional,
     {.rule = &file_mode}, restart,
     "Mode of the socket file, if it is made at start: who may write may connect."},
    {"admin.listener", "group", &in_admin_listener<&admin_listener::group>, optional,
     {.rule = &group_name}, restart,
     "Group of the socket file, if it is made at start.",
     "the group of the process"},
    {"admin.listener", "permits", &in_admin_listener<&admin_listener::permits>, optional,
     {1, admin::all_permits.size(), &permit_name}, reload,
     "What may be done here. A change holds from the next request on, for the same `socket`."},
    {"admin.listener", "max_tokens_per_request", &in_admin_listener<&admin_listener::max_tokens_per_request>,
     optional, {1, webhook::max_pack_tokens}, reload,
     "Most tokens that one request may grant, deduct, transfer or charge."},

    {"operations", "listen", &in_draft<&config_draft::operations_listen>, optional,
     {0, 64, &host_and_port}, restart,
     "Addresses to listen at, unless systemd hands over sockets named `operations` or "
     "`tokenledgerd-operations.socket`. Without either, it is off."},
    {"operations", "max_connections", operations<&operations_config::max_connections>, optional,
     {1, 1'000'000}, restart,
     "Connections open at one time."},

    {"log", "level", logging<&log_config::level>, optional, {.rule = &log_level_name}, reload,
     "The least important lines that are written."},
    {"log", "rejections_per_minute", logging<&log_config::rejections_per_minute>, optional,
     {0, 1'000'000}, reload,
     "Lines per minute about refused requests; the rest is only counted."},
});
// clang-format on

// Where the keys of a table are recorded; for a list of tables, those of a new element.
template <auto Member>
key_positions& in_place(config_draft& draft, position) {
    return draft.*Member;
}
template <typename Element>
key_positions& append(std::vector<Element>& to, position at) {
    to.emplace_back().at = at;
    return to.back().keys;
}
key_positions& new_endpoint(config_draft& draft, position at) {
    return append(draft.endpoints, at);
}
key_positions& new_admin_listener(config_draft& draft, position at) {
    return append(draft.admin_listeners, at);
}
key_positions& new_catalog(config_draft& draft, position at) {
    return append(draft.catalogs, at);
}
key_positions& new_pack(config_draft& draft, position at) {
    return append(draft.catalogs.back().packs, at);
}

// clang-format off
constexpr auto tables = std::to_array<settings_table>({
    {"", "database", "database", table_shape::plain, required, &in_place<&config_draft::database_keys>,
     "The ledger's database."},
    {"", "webhook", "webhook", table_shape::plain, required, &in_place<&config_draft::webhook_keys>,
     "The HTTP server."},
    {"webhook", "endpoint", "webhook.endpoint", table_shape::list, required, &new_endpoint,
     "One per webhook endpoint at Stripe; at least one."},
    {"", "catalog", "catalog", table_shape::catalog, required, &new_catalog,
     "What is sold. `[catalog]` is the default catalogue; `[catalog.NAME]` has the same keys and is used by "
     "the endpoints that name it. The three keys of a catalogue differ from each other."},
    {"catalog", "pack", "catalog.pack", table_shape::list, optional, &new_pack,
     "A pack of tokens; `[[catalog.NAME.pack]]` in a named catalogue. An endpoint's catalogue has at least "
     "one."},
    {"", "admin", "admin", table_shape::plain, optional, &in_place<&config_draft::admin_keys>,
     "The sockets for operators and the local application."},
    {"admin", "listener", "admin.listener", table_shape::list, optional, &new_admin_listener,
     "One per admin socket. Who may connect is what the socket file's owner, group and mode say; what may be "
     "done there, its `permits`. A socket that systemd hands over as `admin` or `tokenledgerd-admin.socket` "
     "belongs to the listener with its path, else to the one named so, else to the only one; where none is "
     "configured, it has every default."},
    {"", "operations", "operations", table_shape::plain, optional, &in_place<&config_draft::operations_keys>,
     "`/metrics`, `/healthz` and `/readyz`, for whoever watches."},
    {"", "log", "log", table_shape::plain, optional, &in_place<&config_draft::log_keys>,
     "What is written to the log."},
});
// clang-format on

} // namespace

std::span<const setting> settings() {
    return table;
}

std::span<const settings_table> settings_tables() {
    return tables;
}

const setting* find_setting(std::string_view in_table, std::string_view key) {
    const auto* const found = std::ranges::find_if(
        table, [&](const setting& row) { return row.table == in_table && row.key == key; });
    return found == table.end() ? nullptr : &*found;
}

const settings_table* find_table(std::string_view parent, std::string_view key) {
    const auto* const found = std::ranges::find_if(
        tables, [&](const settings_table& row) { return row.parent == parent && row.key == key; });
    return found == tables.end() ? nullptr : &*found;
}

std::string full_name(const setting& row) {
    return std::string(row.table) + "." + std::string(row.key);
}

std::string header_of(const settings_table& of) {
    return of.shape == table_shape::list ? "[[" + std::string(of.path) + "]]"
                                         : "[" + std::string(of.path) + "]";
}

} // namespace tokenledger::daemon
