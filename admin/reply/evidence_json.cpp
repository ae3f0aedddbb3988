// An event with its evidence, which has no description: an unreadable one has no bytes to show.
#include "reply/json.hpp"

namespace tokenledger::admin {

namespace {

// A field value may hold any bytes: each becomes the character with its number (ISO 8859-1), so no byte is
// lost.
std::string field_value_text(std::string_view bytes) {
    std::string text;
    for (const char each : bytes) {
        const auto byte = static_cast<unsigned char>(each);
        if (byte < 0x80) {
            text += each;
        } else {
            text += static_cast<char>(0xC0U | (byte >> 6U));
            text += static_cast<char>(0x80U | (byte & 0x3FU));
        }
    }
    return text;
}

} // namespace

void write(json_writer& out, const ledger::event_view& event, const ledger::evidence_view& evidence) {
    out.begin_object();
    write_members(out, event);
    out.key("evidence").begin_object().member("readable", evidence.readable);
    if (evidence.readable) {
        out.member("signature_header", field_value_text(evidence.signature_header));
        out.member("body", evidence.body);
    }
    out.end_object().end_object();
}

} // namespace tokenledger::admin
