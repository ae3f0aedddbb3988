// The paths from the table of routes, then the parts that they refer to.
#include "openapi/document.hpp"

#include "openapi/layout.hpp"
#include "openapi/schemas.hpp"

#include "json/tree.hpp"

#include <cctype>
#include <set>
#include <stdexcept>

namespace tokenledger::admin {

namespace {

constexpr std::string_view info = R"({
    "title": "tokenledger: the admin socket",
    "version": "1",
    "license": {"name": "MIT", "identifier": "MIT"},
    "description": "HTTP/1.1 and JSON over a unix socket. Who may connect is the socket file's owner, group and mode; what may be done there is the permits of its [[admin.listener]]; who did it is recorded as actor, the uid that the kernel says is connected. Unknown and repeated fields and parameters are refused. Numbers are int64 and exact: a client whose numbers are doubles must take those past 2^53 from the text itself. A write takes effect once per key, for ever. HEAD is answered wherever GET is."
})";

constexpr std::string_view servers = R"([{
    "url": "http://localhost",
    "description": "curl --unix-socket /run/tokenledger/admin.sock http://localhost/v1/accounts/user_1"
}])";

// What the operations listener answers is answered here too (daemon/services/monitoring.cpp).
struct monitoring_call {
    std::string_view path;
    std::string_view id;
    std::string_view summary;
    std::string_view good;
    std::string_view bad; // empty: it never answers 503
};
constexpr monitoring_call monitoring[] = {
    {metrics_path, "metrics", "Prometheus text", "The metrics.", {}},
    {health_path, "health", "The process is alive", "It is.", {}},
    {ready_path, "readiness", "Events can be taken", "They can.", "They cannot; the text says why."},
};

constexpr std::string_view replayed = R"({"Idempotency-Replayed": {
    "description": "true: this command was done before, and this is its first outcome.",
    "schema": {"const": "true"}
}})";

constexpr std::string_view retry_after =
    R"({"Retry-After": {"description": "Seconds.", "schema": {"type": "string"}}})";

// No default here and below, so that a new call does not compile until it says what it takes and what it
// answers. Empty: the call has no body, or one that is called as its operation.
std::string_view body_name(call what) {
    switch (what) {
    case call::batch:
        return "Batch";
    case call::dismiss:
        return "Dismissal";
    case call::assign:
        return "Assignment";
    case call::operation:
    case call::list:
    case call::account:
    case call::payment:
    case call::prove:
    case call::event:
    case call::retry:
    case call::usage_report:
    case call::transaction_report:
    case call::queue:
    case call::verify:
        break;
    }
    return {};
}

std::string page_of(schemas& from, std::string_view list) {
    std::string made;
    ledger::for_each_list([&]<class Query>(const Query&) {
        if (ledger::description<Query>::name == list)
            made = from.page<typename ledger::description<Query>::row>();
    });
    return made;
}

std::string account(schemas& from) {
    json_writer out;
    out.begin_object().key("oneOf").begin_array();
    out.raw(from.row<ledger::account_view>()).raw(from.row<ledger::balance_view>());
    return out.end_array().end_object().text();
}

std::string answer(schemas& from, const route& of) {
    switch (of.call) {
    case call::operation:
    case call::batch:
        return from.applied();
    case call::list:
        return page_of(from, of.name);
    case call::account:
        return account(from);
    case call::payment:
        return from.row<ledger::payment_view>();
    case call::prove:
        return from.row<ledger::payment_proof>();
    case call::event:
        return from.event_with_body();
    case call::retry:
    case call::dismiss:
    case call::assign:
        return from.row<ledger::outcome>();
    case call::usage_report:
        return from.report<ledger::usage_report_row>("UsageReport");
    case call::transaction_report:
        return from.report<ledger::transaction_report_row>("TransactionReport");
    case call::queue:
        return from.row<ledger::queue_view>();
    case call::verify:
        return from.row<audit_view>();
    }
    throw std::logic_error("a call has no answer");
}

std::string permit_sentence(const route& of) {
    if (of.call == call::batch)
        return "Needs the permit that each item needs.";
    return "Needs the permit " + std::string(to_string(of.needs)) +
           (of.key == key_place::body ? "; its request_id is the key." : ".");
}

std::string path_parameter(std::string_view pattern) {
    const std::size_t open = pattern.find('{');
    if (open == std::string_view::npos)
        return {};
    json_writer out;
    out.begin_object().member("name", pattern.substr(open + 1, pattern.find('}') - open - 1));
    out.member("in", "path").member("required", true).member("description", "Percent-encoded.");
    return out.key("schema").raw(json_of(identifier())).end_object().text();
}

void write_parameters(json_writer& out, schemas& from, const route& of) {
    std::vector<std::string> all;
    if (std::string in_path = path_parameter(of.pattern); !in_path.empty())
        all.push_back(std::move(in_path));
    for (const std::string_view each : parameters_of(of))
        all.push_back(from.parameter(of, each));
    if (of.key == key_place::header)
        all.push_back(from.key_parameter());
    if (all.empty())
        return;
    out.key("parameters").begin_array();
    for (const std::string& each : all)
        out.raw(each);
    out.end_array();
}

void write_content(json_writer& out, std::string_view type, std::string_view schema) {
    out.key("content").begin_object().key(type).begin_object();
    out.key("schema").raw(schema).end_object().end_object();
}

void write_responses(json_writer& out, schemas& from, const route& of) {
    const bool writes = of.key != key_place::none;
    out.key("responses").begin_object().key("200").begin_object();
    out.member("description", writes ? "Done, and committed." : "Found.");
    write_content(out, "application/json", answer(from, of));
    if (writes)
        out.key("headers").raw(replayed);
    out.end_object().key("503").raw(R"({"$ref": "#/components/responses/Unavailable"})");
    out.key("default").raw(R"({"$ref": "#/components/responses/Problem"})").end_object();
}

void write_text_response(json_writer& out, std::string_view status, std::string_view description) {
    out.key(status).begin_object().member("description", description);
    write_content(out, "text/plain", R"({"type": "string"})");
    out.end_object();
}

void write_monitoring(json_writer& out, const monitoring_call& of) {
    out.key(of.path).begin_object().key("get").begin_object();
    out.member("operationId", of.id).member("summary", of.summary);
    out.member("description", "Needs the permit " + std::string(to_string(permit::read)) + ".");
    out.key("responses").begin_object();
    write_text_response(out, "200", of.good);
    if (!of.bad.empty())
        write_text_response(out, "503", of.bad);
    out.key("default").raw(R"({"$ref": "#/components/responses/Problem"})").end_object();
    out.end_object().end_object();
}

class document {
  public:
    std::string text() {
        json_writer out;
        out.begin_object().member("openapi", "3.1.0").key("info").raw(info).key("servers").raw(servers);
        out.key("paths").begin_object();
        std::set<std::string_view> written;
        for (const route& each : routes()) {
            if (written.insert(each.pattern).second)
                write_path(out, each.pattern);
        }
        for (const monitoring_call& each : monitoring)
            write_monitoring(out, each);
        out.end_object();
        write_components(out);
        return laid_out(json_tree(out.end_object().text()).root());
    }

    [[nodiscard]] std::vector<std::string> unused() const {
        std::vector<std::string> found;
        calls_.add_unused(found);
        schemas_.add_unused(found);
        return found;
    }

  private:
    void write_path(json_writer& out, std::string_view pattern) {
        out.key(pattern).begin_object();
        for (const route& each : routes()) {
            if (each.pattern == pattern)
                write_operation(out, each);
        }
        out.end_object();
    }

    void write_operation(json_writer& out, const route& of) {
        const std::string key = std::string(of.method) + " " + std::string(of.pattern);
        const call_words* const words = calls_.find(key);
        if (words == nullptr)
            throw std::logic_error("admin/openapi/words.cpp has no words for " + key);
        std::string method(of.method);
        for (char& each : method)
            each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
        out.key(method).begin_object().member("operationId", words->id).member("summary", words->summary);
        out.member("description",
                   permit_sentence(of) + (words->more.empty() ? "" : " ") + std::string(words->more));
        write_parameters(out, schemas_, of);
        if (!fields_of(of).empty()) {
            out.key("requestBody").begin_object().member("required", true);
            write_content(out, "application/json", schemas_.body(body_name(of.call), of));
            out.end_object();
        }
        write_responses(out, schemas_, of);
        out.end_object();
    }

    void write_components(json_writer& out) {
        const std::string problem = schemas_.problem();
        out.key("components").begin_object().key("parameters");
        schemas_.write_parameters(out);
        out.key("responses").begin_object().key("Problem").begin_object();
        out.member("description", "It was not done. The type says why, the detail what to do.");
        write_content(out, "application/problem+json", problem);
        out.end_object().key("Unavailable").begin_object();
        out.member("description", "Unknown or not done. The same request can be sent again; a write, with "
                                  "its key, takes effect once.");
        write_content(out, "application/problem+json", problem);
        out.key("headers").raw(retry_after).end_object().end_object().key("schemas");
        schemas_.write_schemas(out);
        out.end_object();
    }

    keyed<call_words> calls_{all_call_words()};
    schemas schemas_{};
};

} // namespace

std::string openapi_document() {
    return document().text();
}

std::vector<std::string> unused_words() {
    document made;
    static_cast<void>(made.text());
    return made.unused();
}

} // namespace tokenledger::admin
