// The table itself.
#include "admin/fields.hpp"

#include <array>

namespace tokenledger::admin {

namespace {

constexpr std::array grant_fields{
    field{"user_id", field_kind::identifier, true},
    field{"tokens", field_kind::tokens, true},
    field{"source", field_kind::source},
    field{"reason", field_kind::text},
    field{"reference", field_kind::identifier},
    field{"metadata", field_kind::object},
    field{"existing", field_kind::boolean},
};
constexpr std::array deduction_fields{
    field{"user_id", field_kind::identifier, true},
    field{"tokens", field_kind::tokens, true},
    field{"reason", field_kind::text},
    field{"allow_negative", field_kind::boolean},
};
constexpr std::array transfer_fields{
    field{"from", field_kind::identifier, true},
    field{"to", field_kind::identifier, true},
    field{"tokens", field_kind::tokens, true},
    field{"reason", field_kind::text},
};
constexpr std::array usage_fields{
    field{"request_id", field_kind::identifier, true},
    field{"user_id", field_kind::identifier, true},
    field{"action_type", field_kind::identifier, true},
    field{"model_used", field_kind::identifier},
    field{"tokens_used", field_kind::count, true},
    field{"input_tokens", field_kind::count},
    field{"output_tokens", field_kind::count},
    field{"cost_estimate", field_kind::cost},
    field{"charge", field_kind::count},
};
constexpr std::array dismissal_fields{field{"reason", field_kind::words, true}};
constexpr std::array assignment_fields{
    field{"user_id", field_kind::identifier, true},
    field{"tokens", field_kind::tokens}, // this or a pack
    field{"pack", field_kind::identifier},
    field{"quantity", field_kind::tokens}, // at most max_quantity
    field{"reason", field_kind::text},
};
constexpr std::array batch_fields{field{"items", field_kind::items, true}};

constexpr std::array operations{
    batch_operation{"grant", call::grant},
    batch_operation{"deduction", call::deduct},
    batch_operation{"transfer", call::transfer},
    batch_operation{"usage", call::use},
};

} // namespace

std::span<const field> fields_of(call what) noexcept {
    switch (what) {
    case call::grant:
        return grant_fields;
    case call::deduct:
        return deduction_fields;
    case call::transfer:
        return transfer_fields;
    case call::use:
        return usage_fields;
    case call::batch:
        return batch_fields;
    case call::dismiss:
        return dismissal_fields;
    case call::assign:
        return assignment_fields;
    case call::account: // reads, and a retry: no body
    case call::transactions:
    case call::purchases:
    case call::usage:
    case call::activity:
    case call::payment:
    case call::prove:
    case call::events:
    case call::event:
    case call::retry:
    case call::usage_report:
    case call::transaction_report:
    case call::verify:
    case call::queue:
        return {};
    }
    return {};
}

std::span<const batch_operation> batch_operations() noexcept {
    return operations;
}

} // namespace tokenledger::admin
