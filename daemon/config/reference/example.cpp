// The example configuration: an operator reads it first, so it is written by hand. Tests keep it correct.
#include "config/config.hpp"

namespace tokenledger::daemon {

std::string_view configuration_example() {
    return R"toml(# tokenledgerd: the configuration. Every key with its range is in docs/configuration.md.
# Check a change:   tokenledgerd check-config --config FILE
# Then take it over: systemctl reload tokenledgerd   (restart for listen, limits and [database])
# A line that begins with "#" and a key shows a default, or a choice left out.

[database]
# Any libpq URI, several hosts too. Best without a password: peer authentication over the unix socket, or a
# passfile.
url = "postgresql:///tokenledger?host=/run/postgresql&user=tokenledger_daemon"
# The role that owns the schema, for `tokenledgerd migrate`; default: url.
#migrate_url = "postgresql:///tokenledger?host=/run/postgresql&user=tokenledger_owner"
#connections = 2
#max_batch = 256
#queue_limit = 4096
#statement_timeout_ms = 5000
#connect_timeout_ms = 3000

[webhook]
#listen = ["127.0.0.1:8787"]
#max_body_bytes = 1048576
#max_body_bytes_in_flight = 67108864
#max_header_bytes = 16384
#max_connections = 10000
#request_timeout_ms = 5000
#idle_timeout_ms = 75000
#drain_timeout_ms = 10000
# How far the timestamp of a signature may be from now, either way.
#tolerance_seconds = 300
#waiting_expires_days = 30
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

[[catalog.pack]]
id = "starter"
tokens = 100000
# Minor units per pack (cents), by currency. More may be received (tax), less may not ...
prices = { usd = 999, eur = 949 }
# ... unless a discount is meant to be possible: then the lowest amount accepted.
minimum = { usd = 499 }
# The highest one: above it, more was bought than the metadata says, and an operator decides.
#maximum = { usd = 1997 }

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
#max_body_bytes = 1048576
#max_connections = 256
#request_timeout_ms = 5000

# Off unless it is here, or systemd hands over tokenledgerd-admin.socket.
#[[admin.listener]]
#socket = "/run/tokenledger/admin.sock"
#name = "admin"
#mode = "0660"
#group = "tokenledger-admin"
# What may be done there; another listener with ["read", "usage"] suits an application.
#permits = ["read", "usage", "money", "operate"]
#max_tokens_per_request = 10000000

# /metrics for Prometheus, /healthz and /readyz. Off unless it is here, or systemd hands over
# tokenledgerd-operations.socket.
[operations]
#listen = ["127.0.0.1:9464"]
#max_connections = 64

[log]
# trace, debug, info, warn or error
#level = "info"
# Lines per minute about refused requests; the rest is only counted.
#rejections_per_minute = 60
)toml";
}

} // namespace tokenledger::daemon
