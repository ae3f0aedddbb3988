// The columns, in the order of docs/openapi.json.
#include "screen/csv.hpp"

#include "json/writer.hpp"

#include <vector>

namespace tokenledger::ctl {

namespace {

using names = std::vector<std::string_view>;

names transaction_names() {
    return {"created_at",
            "user_id",
            "sequence",
            "type",
            "source",
            "token_amount",
            "balance_before",
            "balance_after",
            "amount_paid_cents",
            "currency",
            "stripe_payment_intent_id",
            "stripe_event_id",
            "pack",
            "quantity",
            "reason",
            "reference",
            "idempotency_key",
            "actor",
            "counterparty_user_id",
            "usage_request_id",
            "metadata"};
}

names usage_names() {
    return {"created_at",    "user_id",        "request_id",         "action_type",
            "model_used",    "tokens_used",    "input_tokens",       "output_tokens",
            "cost_estimate", "charged_tokens", "deduction_sequence", "actor"};
}

names names_of(std::string_view list) {
    if (list == "usage")
        return usage_names();
    if (list == "events")
        return {"received_at",
                "event_id",
                "position",
                "type",
                "result",
                "reason",
                "stripe_payment_intent_id",
                "endpoint",
                "account",
                "api_version",
                "livemode",
                "stripe_created_at",
                "has_evidence"};
    names found = transaction_names();
    if (list == "purchases") {
        found.insert(found.end(), {"refunded_tokens", "refunded_cents"});
    } else if (list == "activity") {
        found.insert(found.begin(), "kind");
        for (const std::string_view each : usage_names()) {
            if (each != "created_at" && each != "user_id" && each != "actor")
                found.push_back(each);
        }
    }
    return found;
}

std::string quoted(std::string_view text) {
    if (text.find_first_of("\",\r\n") == std::string_view::npos)
        return std::string(text);
    std::string out = "\"";
    for (const char each : text)
        out += each == '"' ? std::string("\"\"") : std::string(1, each);
    return out + "\"";
}

// What begins so is taken for a formula, by some also in its full width, or after a line feed.
bool begins_formula(std::string_view text) {
    for (const std::string_view each : {"=", "+", "-", "@", "\t", "\r", "\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B",
                                        "\xEF\xBC\x8D", "\xEF\xBC\xA0"}) {
        if (text.starts_with(each))
            return true;
    }
    return false;
}

std::string field(json_value value, csv_style style) {
    if (const auto text = value.string())
        return quoted(style == csv_style::spreadsheet && begins_formula(*text) ? "'" + std::string(*text)
                                                                               : std::string(*text));
    if (value.is_absent_or_null())
        return {};
    json_writer out;
    out.copy(value);
    return quoted(out.text());
}

} // namespace

std::string csv_header(std::string_view list) {
    std::string out;
    for (const std::string_view name : names_of(list))
        out += (out.empty() ? "" : ",") + std::string(name);
    return out + "\r\n";
}

std::string csv_line(std::string_view list, json_value row, csv_style style) {
    std::string kind;
    if (list == "activity") {
        kind = row.member("usage") ? "usage" : "transaction";
        row = row.member(kind);
    }
    std::string out;
    bool first = true;
    for (const std::string_view name : names_of(list)) {
        out += (first ? "" : ",") + (name == "kind" ? kind : field(row.member(name), style));
        first = false;
    }
    return out + "\r\n";
}

} // namespace tokenledger::ctl
