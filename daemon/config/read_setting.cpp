// One setting's value: its type, its bounds, its rule.
#include "config/read_settings.hpp"

#include "config/error_text.hpp"
#include "config/text_rules.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tokenledger::daemon {
namespace {

class value_reader {
  public:
    value_reader(const setting& row, const toml_entry& entry, config_draft& draft,
                 std::vector<finding>& findings)
        : row_(row),
          value_(entry.value),
          draft_(draft),
          findings_(findings),
          name_(full_name(row)) {}

    void operator()(place_of<bool> where) {
        if (const bool* flag = expect<bool>(value_, name_, "true or false"))
            where(draft_) = *flag;
    }

    void operator()(place_of<std::int64_t> where) {
        if (const std::int64_t* number = expect_integer(value_, name_))
            where(draft_) = *number;
    }

    void operator()(place_of<std::chrono::milliseconds> where) {
        if (const std::int64_t* number = expect_integer(value_, name_))
            where(draft_) = std::chrono::milliseconds(*number);
    }

    void operator()(place_of<std::string> where) {
        if (const std::string* text = expect_text(value_, name_))
            where(draft_) = *text;
    }

    void operator()(place_of<text_list> where) {
        const auto* const list = expect<toml_array>(value_, name_, "an array of strings");
        if (list == nullptr)
            return;
        const auto count = static_cast<std::int64_t>(list->size());
        if (count < row_.bounds.min || count > row_.bounds.max) {
            add(value_.at, name_ + " must have from " + std::to_string(row_.bounds.min) + " to " +
                               std::to_string(row_.bounds.max) + " items, not " + std::to_string(count));
            return;
        }
        text_list made;
        for (const toml_value& item : *list) {
            const std::string* text = expect_text(item, "each of " + name_);
            if (text == nullptr)
                continue;
            if (std::ranges::find(made, *text, &text_item::text) != made.end() && !may_repeat(*text)) {
                add(item.at, name_ + " has " + in_quotes(*text) + " twice");
                continue;
            }
            made.push_back({*text, item.at});
        }
        where(draft_) = std::move(made);
    }

    void operator()(place_of<amount_list> where) {
        const auto* const table =
            expect<toml_table>(value_, name_, "a table of currencies, like { usd = 999 }");
        if (table == nullptr)
            return;
        if (table->empty()) {
            add(value_.at, name_ + " must have at least one currency");
            return;
        }
        amount_list made;
        for (const toml_entry& entry : *table) {
            if (!currency_code.holds(entry.key)) {
                add(entry.at, "each key of " + name_ + " must be " + std::string(currency_code.says) +
                                  ", not " + in_quotes(entry.key));
            } else if (const auto* amount = expect_integer(entry.value, name_ + "." + entry.key)) {
                made.push_back({entry.key, *amount, entry.at});
            }
        }
        if (made.size() == table->size()) { // else further checks would only repeat the errors
            where(draft_) = std::move(made);
        }
    }

  private:
    void add(position at, std::string message) { findings_.push_back({at, std::move(message)}); }

    // Port 0 is a different port each time.
    [[nodiscard]] bool may_repeat(std::string_view text) const {
        return row_.bounds.rule == &host_and_port && text.ends_with(":0");
    }

    template <typename Type>
    const Type* expect(const toml_value& value, const std::string& name, std::string_view wanted) {
        const Type* found = std::get_if<Type>(&value.is);
        if (found == nullptr) {
            add(value.at,
                name + " must be " + std::string(wanted) + ", not " + std::string(type_name(value)));
        }
        return found;
    }

    const std::int64_t* expect_integer(const toml_value& value, const std::string& name) {
        const auto* const number = expect<std::int64_t>(value, name, "an integer");
        if (number != nullptr && (*number < row_.bounds.min || *number > row_.bounds.max)) {
            add(value.at, name + " must be from " + std::to_string(row_.bounds.min) + " to " +
                              std::to_string(row_.bounds.max) + ", not " + std::to_string(*number));
            return nullptr;
        }
        return number;
    }

    const std::string* expect_text(const toml_value& value, const std::string& name) {
        const auto* const text = expect<std::string>(value, name, "a string");
        const text_rule& rule = *row_.bounds.rule;
        if (text != nullptr && !rule.holds(*text)) {
            add(value.at, name + " must be " + std::string(rule.says) +
                              (rule.may_be_shown ? ", not " + in_quotes(*text) : std::string()));
            return nullptr;
        }
        return text;
    }

    const setting& row_;
    const toml_value& value_;
    config_draft& draft_;
    std::vector<finding>& findings_;
    std::string name_;
};

} // namespace

void read_setting(const setting& row, const toml_entry& entry, config_draft& draft,
                  std::vector<finding>& findings) {
    std::visit(value_reader(row, entry, draft, findings), row.where);
}

} // namespace tokenledger::daemon
