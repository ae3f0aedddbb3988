// Cells of amounts, times and results.
#include "screen/cells.hpp"

#include "screen/text.hpp"

namespace tokenledger::ctl {

std::string text_of(json_value value) {
    return visible(value.string().value_or(""));
}

std::string number_of(json_value value) {
    return grouped(
        visible(value.kind() == json_kind::number ? value.raw_number() : value.string().value_or("")));
}

std::string in_words(json_value object) {
    std::string out;
    for (auto each = object.first(); each; each = each.next()) {
        std::string value = text_of(each);
        if (each.kind() == json_kind::number)
            value = visible(each.raw_number());
        else if (const auto truth = each.boolean())
            value = *truth ? "yes" : "no";
        else if (each.kind() == json_kind::object || each.kind() == json_kind::array)
            value = "(" + in_words(each) + ")";
        const std::string name = visible(each.name());
        out += (out.empty() ? "" : ", ") + name + (name.empty() ? "" : " ") + value;
    }
    return out;
}

cell id_cell(json_value value) {
    return {.text = text_of(value), .whole = true};
}

cell signed_cell(json_value value) {
    std::string text = number_of(value);
    const bool negative = text.starts_with('-');
    if (text == "0")
        return {.text = std::move(text)};
    if (!negative && !text.empty())
        text.insert(0, "+");
    return {.text = std::move(text), .how = negative ? tone::bad : tone::good};
}

cell balance_cell(json_value value) {
    std::string text = number_of(value);
    const tone how = text.starts_with('-') ? tone::bad : tone::plain;
    return {.text = std::move(text), .how = how};
}

cell result_cell(json_value value) {
    const std::string text = text_of(value);
    tone how = tone::faint;
    if (text == "applied")
        how = tone::good;
    else if (text == "parked")
        how = tone::bad;
    else if (text == "waiting" || text == "expired")
        how = tone::notice;
    return {.text = text, .how = how};
}

cell time_cell(json_value value) {
    return {.text = short_time(value.string().value_or("")), .how = tone::faint};
}

std::string time_of(json_value value) {
    const auto text = value.string();
    return text ? short_time(*text) + " UTC" : std::string();
}

} // namespace tokenledger::ctl
