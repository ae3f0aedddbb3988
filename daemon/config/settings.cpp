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
     "The ledger's database: a libpq URI or connection string, with several hosts if needed. Keep a password "
     "in a passfile, or use peer authentication."},
    {"database", "migrate_url", database<&db::migrate_url>, optional, {.rule = &database_url}, restart,
     "For `migrate`: connects as the role that owns the schema. The role of `url` needs no right to change "
     "or delete rows.",
     "the value of `url`"},
    {"database", "connections", database<&db::connections>, optional, {1, 64}, restart,
     "Number of connections that commit batches. Each has at most one batch in progress."},
    {"database", "max_batch", database<&db::max_batch>, optional, {1, 10'000}, restart,
     "Largest number of commands in one transaction."},
    {"database", "queue_limit", database<&db::queue_limit>, optional, {1, 1'000'000}, restart,
     "Largest number of commands that wait for a batch; further requests are answered 503. At least "
     "`max_batch`."},
    {"database", "statement_timeout_ms", database<&db::statement_timeout>, optional,
     {100, 10 * minute_ms}, restart,
     "PostgreSQL cancels a statement that takes longer."},
    {"database", "connect_timeout_ms", database<&db::connect_timeout>, optional, {100, minute_ms}, restart,
     "An attempt to connect fails after this time."},

    {"webhook", "listen", &in_draft<&config_draft::listen>, optional, {1, 64, &host_and_port}, restart,
     "Addresses to listen at, unless systemd hands over sockets named `webhook` or `tokenledgerd.socket`. "
     "With port 0 the system chooses a port, and the log names it."},
    {"webhook", "max_body_bytes", http<&web::max_body_bytes>, optional, {kib, 64 * mib}, restart,
     "Longest body of a request; a longer one is answered 413. One thread reads all bodies and takes up to "
     "20 ms for a MiB."},
    {"webhook", "max_body_bytes_in_flight", http<&web::max_body_bytes_in_flight>, optional,
     {kib, 64 * gib}, restart,
     "Bytes of bodies in memory, of all connections together; further requests are answered 503. At least "
     "`max_body_bytes`."},
    {"webhook", "max_header_bytes", http<&web::max_header_bytes>, optional, {8 * kib, mib}, restart,
     "Longest header of a request."},
    {"webhook", "max_connections", http<&web::max_connections>, optional, {1, 1'000'000}, restart,
     "Largest number of open connections."},
    {"webhook", "request_timeout_ms", http<&web::request_timeout>, optional, {100, 10 * minute_ms}, restart,
     "Time from the first byte of a request to its answer. If the body takes longer the answer is 408, if "
     "the commit does it is 503."},
    {"webhook", "idle_timeout_ms", http<&web::idle_timeout>, optional, {second_ms, 60 * minute_ms}, restart,
     "A connection without a request is closed after this time."},
    {"webhook", "drain_timeout_ms", http<&web::drain_timeout>, optional, {100, 10 * minute_ms}, restart,
     "After SIGTERM, requests that were received have this time to finish."},
    {"webhook", "tolerance_seconds", http<&web::tolerance_seconds>, optional, {1, week_seconds}, reload,
     "Largest difference between a signature's timestamp and the time now, in either direction."},
    {"webhook", "waiting_expires_days", http<&web::waiting_expires_days>, optional, {1, 36'500}, restart,
     "A refund or dispute that has waited for its purchase for longer is shown as `expired` and no longer "
     "counted by the gauge. If the purchase arrives later, the event is still applied."},
    {"webhook", "trusted_proxies", &in_draft<&config_draft::trusted_proxies>, optional,
     {0, 64, &proxy_address}, reload,
     "Proxies whose `X-Forwarded-For` the log uses: numeric addresses, or `unix` for all clients of a unix "
     "socket. Of several addresses in the field, the last one that is not such a proxy counts.",
     "none: the log shows the address of the peer"},
    {"webhook", "tls_certificate", &in_draft<&config_draft::tls_certificate>, optional,
     {.rule = &plain_file_name}, reload,
     "PEM file with the certificate and its chain; relative names are looked up as for `secrets`. With this "
     "and `tls_key` the webhook accepts only TLS 1.2 and 1.3, except on unix sockets. A reload changes it "
     "for new connections.",
     "no TLS"},
    {"webhook", "tls_key", &in_draft<&config_draft::tls_key>, optional, {.rule = &plain_file_name}, reload,
     "PEM file with the key of the certificate, without a passphrase.",
     "no TLS"},

    {"webhook.endpoint", "path", &in_endpoint<&endpoint_draft::path>, required,
     {.rule = &request_path}, reload,
     "Path of the URL that Stripe sends to. Each path may be used once."},
    {"webhook.endpoint", "secrets", &in_endpoint<&endpoint_draft::secrets>, required,
     {1, 16, &file_name}, reload,
     "Files with one signing secret each (`whsec_...`, at most 4096 bytes, one newline at the end is "
     "allowed). Several are valid together while a secret is rolled. Relative names are looked up in "
     "`$CREDENTIALS_DIRECTORY` if that is set, else beside this file. Files in `$CREDENTIALS_DIRECTORY` "
     "change only with a restart."},
    {"webhook.endpoint", "livemode", &in_endpoint<&endpoint_draft::livemode>, required, {}, reload,
     "true: this endpoint accepts live events (real money); false: test events. Events of the other kind "
     "move no tokens."},
    {"webhook.endpoint", "accounts", &in_endpoint<&endpoint_draft::accounts>, optional,
     {0, 10'000, &identifier}, reload,
     "Connected accounts whose events are accepted. They choose their own metadata, so such an endpoint must "
     "name its `catalog`.",
     "none: only the endpoint's own account"},
    {"webhook.endpoint", "catalog", &in_endpoint<&endpoint_draft::catalog>, optional,
     {.rule = &catalog_name}, reload,
     "Name of the catalogue that defines the packs sold through this endpoint.",
     "the default catalogue, `[catalog]`"},

    {"catalog", "user_id_key", &in_catalog<&catalog_draft::made, &prices::user_id_key>, optional,
     {.rule = &metadata_key}, reload,
     "Metadata key that holds the user's id."},
    {"catalog", "pack_key", &in_catalog<&catalog_draft::made, &prices::pack_key>, optional,
     {.rule = &metadata_key}, reload,
     "Metadata key that holds the pack's id. Payments without it are ignored."},
    {"catalog", "quantity_key", &in_catalog<&catalog_draft::made, &prices::quantity_key>, optional,
     {.rule = &metadata_key}, reload,
     "Metadata key that holds the number of packs bought (1 to 1000)."},

    {"catalog.pack", "id", &in_pack<&pack_draft::id>, required, {.rule = &identifier}, reload,
     "The pack's id, as in the metadata; unique in its catalogue."},
    {"catalog.pack", "tokens", &in_pack<&pack_draft::tokens>, required, {1, webhook::max_pack_tokens}, reload,
     "Tokens credited for one pack."},
    {"catalog.pack", "expires", &in_pack<&pack_draft::expires>, optional, {.rule = &lifetime_text}, reload,
     "How long the tokens can be used after they are credited: `never`, or a number of days or years such as "
     "`90d` or `1y`. It holds for purchases from then on. Laws on prepaid credit differ: ask before you let "
     "what was paid for expire."},
    {"catalog.pack", "prices", &in_pack<&pack_draft::prices>, required, {1, webhook::max_pack_price}, reload,
     "Price of one pack in minor units, by currency; at least one currency. A payment may be higher (tax), "
     "up to `maximum`."},
    {"catalog.pack", "minimum", &in_pack<&pack_draft::minimum>, optional,
     {1, webhook::max_pack_price}, reload,
     "Lowest amount accepted for one pack (after a discount), by currency; not above the price.",
     "the price"},
    {"catalog.pack", "maximum", &in_pack<&pack_draft::maximum>, optional,
     {1, webhook::max_pack_price}, reload,
     "Highest amount accepted for one pack (with tax), by currency; not below the price. A payment above "
     "this times the quantity is parked: more was bought than the metadata says.",
     "less than twice the price"},

    {"admin", "max_body_bytes", admin<&admin_config::max_body_bytes>, optional, {kib, 64 * mib}, restart,
     "Longest body of a request; a longer one is answered 413. One thread reads all bodies and takes up to "
     "20 ms for a MiB."},
    {"admin", "max_connections", admin<&admin_config::max_connections>, optional, {1, 1'000'000}, restart,
     "Largest number of open connections of each listener."},
    {"admin", "request_timeout_ms", admin<&admin_config::request_timeout>, optional,
     {100, 10 * minute_ms}, restart,
     "Time from the first byte of a request to its answer."},

    {"admin.listener", "socket", &in_admin_listener<&admin_listener::socket>, required,
     {.rule = &socket_path}, restart,
     "Path of the socket file, unique. The daemon creates it at start, unless systemd hands over a socket "
     "with this path or with this listener's name (`FileDescriptorName=`). Its directory must exist."},
    {"admin.listener", "name", &in_admin_listener<&admin_listener::name>, optional,
     {.rule = &listener_name}, restart,
     "The listener's name in logs and metrics, unique.",
     "the name of the socket file, without its ending"},
    {"admin.listener", "mode", &in_admin_listener<&admin_listener::mode>, optional,
     {.rule = &file_mode}, restart,
     "Mode of the socket file, if the daemon creates it. Whoever may write to the file may connect."},
    {"admin.listener", "group", &in_admin_listener<&admin_listener::group>, optional,
     {.rule = &group_name}, restart,
     "Group of the socket file, if the daemon creates it.",
     "the group of the process"},
    {"admin.listener", "permits", &in_admin_listener<&admin_listener::permits>, optional,
     {1, admin::all_permits.size(), &permit_name}, reload,
     "What clients of this socket may do. A reload takes effect with the next request, if `socket` stays the "
     "same."},
    {"admin.listener", "max_tokens_per_request", &in_admin_listener<&admin_listener::max_tokens_per_request>,
     optional, {1, webhook::max_pack_tokens}, reload,
     "Largest number of tokens that one request may grant, deduct, transfer or charge."},

    {"operations", "listen", &in_draft<&config_draft::operations_listen>, optional,
     {0, 64, &host_and_port}, restart,
     "Addresses to listen at, unless systemd hands over sockets named `operations` or "
     "`tokenledgerd-operations.socket`. With neither, this listener is off."},
    {"operations", "max_connections", operations<&operations_config::max_connections>, optional,
     {1, 1'000'000}, restart,
     "Largest number of open connections."},

    {"log", "level", logging<&log_config::level>, optional, {.rule = &log_level_name}, reload,
     "Lowest level of the lines that are written."},
    {"log", "rejections_per_minute", logging<&log_config::rejections_per_minute>, optional,
     {0, 1'000'000}, reload,
     "Largest number of log lines per minute about refused requests; the others are only "
     "counted in metrics."},
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
     "The database that holds the ledger."},
    {"", "webhook", "webhook", table_shape::plain, required, &in_place<&config_draft::webhook_keys>,
     "The HTTP server that receives Stripe's webhooks."},
    {"webhook", "endpoint", "webhook.endpoint", table_shape::list, required, &new_endpoint,
     "One for each webhook endpoint at Stripe; at least one."},
    {"", "catalog", "catalog", table_shape::catalog, required, &new_catalog,
     "The packs that are sold. `[catalog]` is the default catalogue; `[catalog.NAME]` has the same keys and "
     "is used by the endpoints that name it. The three metadata keys of a catalogue must differ."},
    {"catalog", "pack", "catalog.pack", table_shape::list, optional, &new_pack,
     "A pack of tokens; `[[catalog.NAME.pack]]` in a named catalogue. A catalogue that an endpoint uses "
     "needs at least one."},
    {"", "admin", "admin", table_shape::plain, optional, &in_place<&config_draft::admin_keys>,
     "The sockets for operators and the local application."},
    {"admin", "listener", "admin.listener", table_shape::list, optional, &new_admin_listener,
     "One for each admin socket. Owner, group and mode of the socket file decide who may connect; `permits` "
     "decides what clients may do. A socket that systemd hands over as `admin` or "
     "`tokenledgerd-admin.socket` is assigned to the listener with its path, else to the listener with that "
     "name, else to the only listener. If no listener is configured, the defaults apply to it."},
    {"", "operations", "operations", table_shape::plain, optional, &in_place<&config_draft::operations_keys>,
     "`/metrics`, `/healthz` and `/readyz`, for monitoring."},
    {"", "log", "log", table_shape::plain, optional, &in_place<&config_draft::log_keys>,
     "What the daemon writes to its log."},
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
