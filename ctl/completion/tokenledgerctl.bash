# Completion of tokenledgerctl for bash. Printed by ctl_reference; do not edit.
_tokenledgerctl_time_zones() {
    local kind first second rest
    while read -r kind first second rest; do
        case $kind in
        Z) echo "$first" ;;
        L) echo "$second" ;;
        esac
    done 2>/dev/null < /usr/share/zoneinfo/tzdata.zi
}

_tokenledgerctl() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path='' words='' is_value='' word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word == = ]]; then
            is_value=yes
            continue
        elif [[ -n $is_value ]]; then
            is_value=''
            continue
        fi
        case "$word" in
        --socket | --timeout | --reason | --source | --reference | --metadata | --expires | \
            --time-zone | --priority | --key | --confirm-above | --charge | --overrun | \
            --input | --output | --cost | --cached-input | --reasoning | --occurred-at | \
            --model | --member | --tokens | --per | --timeout-seconds | --action | \
            --tokens-used | --at | --type | --actor | --from | --to | --limit | --cursor | \
            --state | --result | --payment | --user | --pack | --quantity | --by | --format | \
            --secret-file | --url | --timestamp)
            is_value=yes
            continue
            ;;
        esac
        case "$path/$word" in
        '/grant') path='grant' ;;
        '/deduct') path='deduct' ;;
        '/transfer') path='transfer' ;;
        '/usage') path='usage' ;;
        '/reverse') path='reverse' ;;
        '/limit') path='limit' ;;
        '/hold') path='hold' ;;
        '/capture') path='capture' ;;
        '/release') path='release' ;;
        '/extend') path='extend' ;;
        '/balance') path='balance' ;;
        '/history') path='history' ;;
        '/purchases') path='purchases' ;;
        '/usage-report') path='usage-report' ;;
        '/activity') path='activity' ;;
        '/holds') path='holds' ;;
        '/payment') path='payment' ;;
        '/events') path='events' ;;
        '/verify') path='verify' ;;
        '/status') path='status' ;;
        '/report') path='report' ;;
        '/export') path='export' ;;
        '/send') path='send' ;;
        'events/show') path='events show' ;;
        'events/retry') path='events retry' ;;
        'events/dismiss') path='events dismiss' ;;
        'events/assign') path='events assign' ;;
        esac
    done
    COMPREPLY=()
    if [[ $current == = ]]; then
        current=''
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case "$path $before" in
    ' --socket') compopt -o default 2>/dev/null; return ;;
    'grant --socket') compopt -o default 2>/dev/null; return ;;
    'grant --source') words='admin subscription trial' ;;
    'grant --time-zone') words=$(_tokenledgerctl_time_zones) ;;
    'deduct --socket') compopt -o default 2>/dev/null; return ;;
    'transfer --socket') compopt -o default 2>/dev/null; return ;;
    'usage --socket') compopt -o default 2>/dev/null; return ;;
    'usage --overrun') words='refuse to_zero allow_negative' ;;
    'reverse --socket') compopt -o default 2>/dev/null; return ;;
    'limit --socket') compopt -o default 2>/dev/null; return ;;
    'limit --per') words='day month 24h' ;;
    'hold --socket') compopt -o default 2>/dev/null; return ;;
    'capture --socket') compopt -o default 2>/dev/null; return ;;
    'release --socket') compopt -o default 2>/dev/null; return ;;
    'extend --socket') compopt -o default 2>/dev/null; return ;;
    'balance --socket') compopt -o default 2>/dev/null; return ;;
    'history --socket') compopt -o default 2>/dev/null; return ;;
    'history --type') words='grant purchase deduction refund transfer' ;;
    'history --source') words='admin subscription trial token_pack stripe usage expiry' ;;
    'history --from') words='today yesterday -7d' ;;
    'history --to') words='today yesterday -7d' ;;
    'history --time-zone') words=$(_tokenledgerctl_time_zones) ;;
    'purchases --socket') compopt -o default 2>/dev/null; return ;;
    'purchases --from') words='today yesterday -7d' ;;
    'purchases --to') words='today yesterday -7d' ;;
    'purchases --time-zone') words=$(_tokenledgerctl_time_zones) ;;
    'usage-report --socket') compopt -o default 2>/dev/null; return ;;
    'usage-report --from') words='today yesterday -7d' ;;
    'usage-report --to') words='today yesterday -7d' ;;
    'usage-report --time-zone') words=$(_tokenledgerctl_time_zones) ;;
    'activity --socket') compopt -o default 2>/dev/null; return ;;
    'activity --from') words='today yesterday -7d' ;;
    'activity --to') words='today yesterday -7d' ;;
    'activity --time-zone') words=$(_tokenledgerctl_time_zones) ;;
    'holds --socket') compopt -o default 2>/dev/null; return ;;
    'holds --state') words='open captured released expired' ;;
    'holds --from') words='today yesterday -7d' ;;
    'holds --to') words='today yesterday -7d' ;;
    'holds --time-zone') words=$(_tokenledgerctl_time_zones) ;;
    'payment --socket') compopt -o default 2>/dev/null; return ;;
    'events --socket') compopt -o default 2>/dev/null; return ;;
    'events --result') words='applied duplicate ignored parked waiting dismissed expired' ;;
    'events --reason') words='unknown_pack amount_mismatch zero_amount currency_mismatch bad_metadata
            bad_payload owner_mismatch partial_capture_refund livemode_mismatch
            account_mismatch store_refused' ;;
    'events --type') words='payment_intent.created payment_intent.processing payment_intent.requires_action
            payment_intent.amount_capturable_updated payment_intent.partially_funded
            payment_intent.payment_failed payment_intent.canceled payment_intent.succeeded
            charge.refunded charge.refund.updated refund.created refund.updated refund.failed
            charge.dispute.created charge.dispute.updated charge.dispute.funds_withdrawn
            charge.dispute.funds_reinstated charge.dispute.closed' ;;
    'events --from') words='today yesterday -7d' ;;
    'events --to') words='today yesterday -7d' ;;
    'events --time-zone') words=$(_tokenledgerctl_time_zones) ;;
    'events show --socket') compopt -o default 2>/dev/null; return ;;
    'events retry --socket') compopt -o default 2>/dev/null; return ;;
    'events dismiss --socket') compopt -o default 2>/dev/null; return ;;
    'events assign --socket') compopt -o default 2>/dev/null; return ;;
    'verify --socket') compopt -o default 2>/dev/null; return ;;
    'status --socket') compopt -o default 2>/dev/null; return ;;
    'report --socket') compopt -o default 2>/dev/null; return ;;
    'report --by') words='purchase grant refund usage type pack currency action model revenue' ;;
    'report --from') words='today yesterday -7d' ;;
    'report --to') words='today yesterday -7d' ;;
    'report --time-zone') words=$(_tokenledgerctl_time_zones) ;;
    'export --socket') compopt -o default 2>/dev/null; return ;;
    'export --format') words='csv jsonl' ;;
    'export --output') compopt -o default 2>/dev/null; return ;;
    'export --from') words='today yesterday -7d' ;;
    'export --to') words='today yesterday -7d' ;;
    'export --time-zone') words=$(_tokenledgerctl_time_zones) ;;
    'export --type') words='grant purchase deduction refund transfer payment_intent.created
            payment_intent.processing payment_intent.requires_action
            payment_intent.amount_capturable_updated payment_intent.partially_funded
            payment_intent.payment_failed payment_intent.canceled payment_intent.succeeded
            charge.refunded charge.refund.updated refund.created refund.updated refund.failed
            charge.dispute.created charge.dispute.updated charge.dispute.funds_withdrawn
            charge.dispute.funds_reinstated charge.dispute.closed' ;;
    'export --source') words='admin subscription trial token_pack stripe usage expiry' ;;
    'export --state') words='open captured released expired' ;;
    'export --result') words='applied duplicate ignored parked waiting dismissed expired' ;;
    'send --socket') compopt -o default 2>/dev/null; return ;;
    'send --secret-file') compopt -o default 2>/dev/null; return ;;
    *)
        [[ -z $is_value ]] || return # a text or a number of the caller's
        case "$path" in
        '') words='grant deduct transfer usage reverse limit hold capture release extend balance
            history purchases usage-report activity holds payment events verify status report
            export send -h --help --version --socket --json --timeout' ;;
        'grant') words='-h --help --socket --json --timeout --reason --source --reference --metadata
            --existing --expires --time-zone --priority --key -y --yes --dry-run
            --confirm-above' ;;
        'deduct') words='-h --help --socket --json --timeout --reason --allow-negative --key -y --yes
            --dry-run --confirm-above' ;;
        'transfer') words='-h --help --socket --json --timeout --reason --key -y --yes --dry-run
            --confirm-above' ;;
        'usage') words='-h --help --socket --json --timeout --charge --overrun --input --output --cost
            --cached-input --reasoning --occurred-at --metadata --model --member --key' ;;
        'reverse') words='-h --help --socket --json --timeout --tokens --reason' ;;
        'limit') words='-h --help --socket --json --timeout --tokens --none --per --key' ;;
        'hold') words='-h --help --socket --json --timeout --timeout-seconds --action --model --member
            --key' ;;
        'capture') words='-h --help --socket --json --timeout --allow-negative --tokens-used --input
            --output --cost --cached-input --reasoning --occurred-at --metadata --action
            --model --member' ;;
        'release') words='-h --help --socket --json --timeout' ;;
        'extend') words='-h --help --socket --json --timeout --timeout-seconds --tokens --key' ;;
        'balance') words='-h --help --socket --json --timeout --at' ;;
        'history') words='-h --help --socket --json --timeout --type --source --actor --from --to
            --time-zone --limit --cursor --oldest-first' ;;
        'purchases') words='-h --help --socket --json --timeout --from --to --time-zone --limit --cursor
            --oldest-first' ;;
        'usage-report') words='-h --help --socket --json --timeout --action --model --member --per-day
            --by-member --by-occurrence --from --to --time-zone' ;;
        'activity') words='-h --help --socket --json --timeout --from --to --time-zone --limit --cursor
            --oldest-first' ;;
        'holds') words='-h --help --socket --json --timeout --state --from --to --time-zone --limit
            --cursor --oldest-first' ;;
        'payment') words='-h --help --socket --json --timeout --prove' ;;
        'events') words='show retry dismiss assign -h --help --socket --json --timeout --result --reason
            --type --payment --from --to --time-zone --limit --cursor --oldest-first' ;;
        'events show') words='-h --help --socket --json --timeout --body' ;;
        'events retry') words='-h --help --socket --json --timeout --key' ;;
        'events dismiss') words='-h --help --socket --json --timeout --reason --key' ;;
        'events assign') words='-h --help --socket --json --timeout --user --tokens --pack --quantity --reason
            --key' ;;
        'verify') words='-h --help --socket --json --timeout' ;;
        'status') words='-h --help --socket --json --timeout' ;;
        'report') words='-h --help --socket --json --timeout --by --user --from --to --time-zone' ;;
        'export') words='-h --help --socket --json --timeout transactions purchases usage activity events
            holds --format --output --spreadsheet --user --from --to --time-zone --type
            --source --action --model --member --state --result --limit --cursor' ;;
        'send') words='-h --help --socket --json --timeout --secret-file --url --timestamp'
            compopt -o default 2>/dev/null
            ;;
        esac
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _tokenledgerctl tokenledgerctl
