// The example configuration: an operator reads it first, so it is written by hand, but for the settings that
// need no word beside their name and default. Tests keep it correct.
#include "config/config.hpp"

#include "config/setting_text.hpp"
#include "config/settings.hpp"

#include <set>
#include <sstream>
#include <string>
#include <string_view>

namespace tokenledger::daemon {
namespace {

// The line that stands for "#key = default" of each setting of the table that is not written here.
constexpr std::string_view the_rest = "#...";

constexpr std::string_view written =
    R"toml(# tokenledgerd: the configuration. Every key with its range is in docs/configuration.md.
# Check a change:   tokenledgerd check-config --config FILE
# Then take it over: systemctl reload tokenledgerd   (restart for listen, limits and [database])
# A line that begins with "#" and a key shows a default, or a choice left out.

[database]
# Any libpq URI, several hosts too. Best without a password: peer authentication over the unix socket, or a
# passfile.
url = "postgresql:///tokenledger?host=/run/postgresql&user=tokenledger_daemon"
# The role that owns the schema, for `tokenledgerd migrate`; default: url.
#migrate_url = "postgresql:///tokenledger?host=/run/postgresql&user=tokenledger_owner"
#...

[webhook]
#...
# How far the timestamp of a signature may be from now, either way.
#tolerance_seconds = 300
#trusted_proxies = ["127.0.0.1"]
# Without a proxy in front: TLS here, with files as for the secrets below.
#tls_certificate = "webhook-certificate"
#tls_key = "webhook-key"

# One per webhook endpoint at Stripe.
[[webhook.endpoint]]
path = "/stripe/webhook"
# Names of files with one signing secret each (whsec_...), looked up in $CREDENTIALS_DIRECTORY if that is set,
# else beside this file. While a secret is rolled there are two: ["stripe-webhook-secret", "...-secret-old"].
secrets = ["stripe-webhook-secret"]
# true: live events, real money. false: test events. Events of the other kind move no tokens here.
livemode = true
#...

# Connected accounts set their own metadata, so their endpoint names a catalogue of its own.
#[[webhook.endpoint]]
#path = "/stripe/partners"
#secrets = ["stripe-partners-secret"]
#livemode = true
#accounts = ["acct_1032D82eZvKYlo2C"]
#catalog = "partners"

# What is sold: the catalogue decides how many tokens a payment gives, never the metadata of the payment.
[catalog]
# The keys of the PaymentIntent's metadata.
#user_id_key = "user_id"
#pack_key = "token_pack"
#quantity_key = "quantity"
#...

[[catalog.pack]]
id = "starter"
tokens = 100000
# Minor units per pack (cents), by currency. More may be received (tax), less may not ...
prices = { usd = 999, eur = 949 }
# ... unless a discount is meant to be possible: then the lowest amount accepted.
minimum = { usd = 499 }
# The highest one: above it, more was bought than the metadata says, and an operator decides.
#maximum = { usd = 1997 }
#expires = "90d"

[[catalog.pack]]
id = "studio"
tokens = 1500000
prices = { usd = 9900, eur = 9400 }

# Another catalogue has a name, and the same keys.
#[catalog.partners]
#[[catalog.partners.pack]]
#id = "starter"
#tokens = 80000
#prices = { usd = 999 }

# The sockets for operators and the local application: tokenledgerctl, or curl --unix-socket.
[admin]
#...

# Off unless it is here, or systemd hands over tokenledgerd-admin.socket.
#[[admin.listener]]
#socket = "/run/tokenledger/admin.sock"
#name = "admin"
#mode = "0660"
#group = "tokenledger-admin"
# What may be done there; another listener with ["read", "usage"] suits an application.
#permits = ["read", "usage", "money", "operate"]
#...

# /metrics for Prometheus, /healthz and /readyz. Off unless it is here, or systemd hands over
# tokenledgerd-operations.socket.
[operations]
#listen = ["127.0.0.1:9464"]
#...

[log]
# trace, debug, info, warn or error
#level = "info"
# Lines per minute about refused requests; the rest is only counted.
#rejections_per_minute = 60
#...
)toml";

// "webhook.endpoint" of "[[webhook.endpoint]]" and of "#[[webhook.endpoint]]"; empty: no header of a table.
std::string table_of(const std::string& line) {
    const std::size_t begin = line.find_first_not_of("#[");
    const bool is_header = line.starts_with("[") || line.starts_with("#[");
    return is_header && begin != std::string::npos ? line.substr(begin, line.find(']') - begin) : "";
}

// "listen" of "listen = ..." and of "#listen = ..."; empty: no setting.
std::string key_of(const std::string& line) {
    const std::size_t begin = line.starts_with("#") ? 1 : 0;
    const std::size_t end = line.find(" = ");
    return end == std::string::npos || line.starts_with("# ") ? "" : line.substr(begin, end - begin);
}

// Full names of the settings that are written by hand.
std::set<std::string> written_settings() {
    std::set<std::string> found;
    std::istringstream lines{std::string(written)};
    std::string table;
    for (std::string line; std::getline(lines, line);) {
        if (const std::string name = table_of(line); !name.empty())
            table = name;
        else if (const std::string key = key_of(line); !key.empty())
            found.insert(table + "." + key);
    }
    return found;
}

std::string rest_of(const std::string& table, const std::set<std::string>& by_hand) {
    std::string text;
    for (const setting& row : settings()) {
        const bool has_default = row.needed == presence::optional && row.fallback.empty();
        if (row.table != table || !has_default || by_hand.contains(full_name(row)))
            continue;
        const std::string quoted = text_of(row).fallback; // in backquotes
        text += "#" + std::string(row.key) + " = " + quoted.substr(1, quoted.size() - 2) + "\n";
    }
    return text;
}

std::string make_example() {
    const std::set<std::string> by_hand = written_settings();
    std::istringstream lines{std::string(written)};
    std::string text;
    std::string table;
    for (std::string line; std::getline(lines, line);) {
        if (const std::string name = table_of(line); !name.empty())
            table = name;
        text += line == the_rest ? rest_of(table, by_hand) : line + "\n";
    }
    return text;
}

} // namespace

std::string_view configuration_example() {
    static const std::string example = make_example();
    return example;
}

} // namespace tokenledger::daemon
