# Completion of tokenledgerctl for bash. Printed by ctl_reference; do not edit.
_tokenledgerctl() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path='' words='' word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$path/$word" in
        '/grant') path='grant' ;;
        '/deduct') path='deduct' ;;
        '/transfer') path='transfer' ;;
        '/usage') path='usage' ;;
        '/balance') path='balance' ;;
        '/history') path='history' ;;
        '/purchases') path='purchases' ;;
        '/usage-report') path='usage-report' ;;
        '/activity') path='activity' ;;
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
    case "$before" in
    --source) words='admin subscription trial' ;;
    --by) words='purchase grant refund usage type pack currency action model revenue' ;;
    --format) words='csv jsonl' ;;
    --socket | --output | --secret-file) return ;; # files, by default
    *)
        case "$path" in
        '') words='grant deduct transfer usage balance history purchases usage-report activity payment events
            verify status report export send -h --help --version' ;;
        'grant') words='-h --help --socket --json --timeout --reason --source --reference --metadata --existing
            --key -y --yes --dry-run --confirm-above' ;;
        'deduct') words='-h --help --socket --json --timeout --reason --allow-negative --key -y --yes --dry-run
            --confirm-above' ;;
        'transfer') words='-h --help --socket --json --timeout --reason --key -y --yes --dry-run --confirm-above' ;;
        'usage') words='-h --help --socket --json --timeout --input --output --model --cost --charge --key' ;;
        'balance') words='-h --help --socket --json --timeout --at' ;;
        'history') words='-h --help --socket --json --timeout --type --source --actor --from --to --limit --cursor
            --oldest-first' ;;
        'purchases') words='-h --help --socket --json --timeout --from --to --limit --cursor --oldest-first' ;;
        'usage-report') words='-h --help --socket --json --timeout --action --model --per-day --from --to' ;;
        'activity') words='-h --help --socket --json --timeout --from --to --limit --cursor --oldest-first' ;;
        'payment') words='-h --help --socket --json --timeout --prove' ;;
        'events') words='show retry dismiss assign -h --help --socket --json --timeout --result --reason --type
            --payment --from --to --limit --cursor --oldest-first' ;;
        'events show') words='-h --help --socket --json --timeout --body' ;;
        'events retry') words='-h --help --socket --json --timeout --key' ;;
        'events dismiss') words='-h --help --socket --json --timeout --reason --key' ;;
        'events assign') words='-h --help --socket --json --timeout --user --tokens --pack --quantity --reason --key' ;;
        'verify') words='-h --help --socket --json --timeout' ;;
        'status') words='-h --help --socket --json --timeout' ;;
        'report') words='-h --help --socket --json --timeout --by --user --from --to' ;;
        'export') words='-h --help --socket --json --timeout transactions purchases usage activity events --format
            --output --spreadsheet --user --from --to --type --source --action --model --result --limit
            --cursor' ;;
        'send') words='-h --help --socket --json --timeout --secret-file --url --timestamp' ;;
        esac
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _tokenledgerctl tokenledgerctl
