# The ten steps that tools/demo shows and checks. Sourced by it, and uses its names:
#   directory, url, sql()
# shellcheck disable=SC2154 # tools/demo sets them

headline() { printf '\n\e[1m%s\e[0m\n' "$1"; }
[[ -t 1 ]] || headline() { printf '\n%s\n' "$1"; }

indented() { sed -e 's/^/   /' -e 's/ *$//'; }

# send EXPECTED [option of tools/send-event...]: shows the answer, and stops the demo if it does not match.
send() {
    local expected=$1 answer
    shift
    answer=$(tools/send-event --url "$url" --secret-file "$directory/stripe-webhook-secret" "$@" 2>&1) || true
    say "   $answer"
    [[ $answer =~ $expected ]] || die "that is not the answer that was expected: $expected"
}

# operator STATUS ARGUMENT...: shows a command of tokenledgerctl and its output. Another exit status stops the demo.
operator() {
    local expected=$1 status=0 said
    shift
    say "   \$ tokenledgerctl $*"
    said=$(TOKENLEDGER_SOCKET=$directory/admin.sock "$directory/bin/tokenledgerctl" "$@" 2>&1 </dev/null) || status=$?
    indented <<<"$said"
    ((status == expected)) || die "tokenledgerctl ended with $status, expected was $expected"
}

balance_of() { sql -At -v user="$1" <<<"SELECT coalesce(sum(token_amount), 0)
    FROM tokenledger.token_transactions WHERE user_id = :'user'"; }

# grown BEFORE BY: stops the demo unless alice has that many tokens more than before.
grown() {
    local now
    now=$(balance_of alice)
    ((now == $1 + $2)) || die "alice had $1 tokens and has $now; $2 more was expected"
}

tell_the_story() {
    local event=$directory/event.json before payment
    before=$(balance_of alice)

    headline '1. Stripe says that alice paid 9.99 USD for the pack "starter".'
    tools/make-event --user alice --pack starter --amount 999 >"$event"
    payment=$(sed -n 's/.*"id": "\(pi_[^"]*\)".*/\1/p' "$event")
    send '^HTTP 200 .*"result": ?"applied"' --event "$event"
    grown "$before" 100000
    say "   Committed, then answered: alice had $before tokens and now has $((before + 100000))."

    headline '2. Stripe delivers the same event again, as it does.'
    send '^HTTP 200 .*"result": ?"duplicate"' --event "$event"
    grown "$before" 100000
    say '   An event takes effect once, for ever.'

    headline '3. Somebody makes such an event up, and signs it without knowing the secret.'
    send '^HTTP 400 .*"result": ?"rejected"' --secret-file "$directory/somebody-elses-secret" \
        --user alice --pack pro --amount 4900
    say '   Refused before it is parsed. The log says why; the answer does not.'

    headline "4. The daemon's own database role tries to rewrite the ledger."
    if psql -X -h "$directory/run" -U tokenledger_daemon -d tokenledger \
        -c 'UPDATE tokenledger.token_transactions SET token_amount = 1' 2>&1 | indented; then
        die "the update went through"
    fi
    say '   Rows are added, never changed.'

    headline '5. An operator grants alice 500 tokens.'
    operator 0 grant alice 500 --reason welcome
    grown "$before" 100500

    headline '6. An operator wants to take more than alice has.'
    operator 1 deduct alice $((before + 100501)) --reason mistyped
    grown "$before" 100500

    headline '7. alice chats for 321 tokens: one transaction records the usage and charges it.'
    operator 0 usage alice chat_conversation 321 --model a-model --charge 321
    grown "$before" 100179

    headline '8. Stripe says that a third of the payment was refunded.'
    send '^HTTP 200 .*"result": ?"applied"' --refund 333 --payment-intent "$payment"
    grown "$before" 66846
    say '   A third of the tokens goes back, rounded down.'

    headline '9. Why is the balance what it is?'
    operator 0 payment "$payment"
    say ''
    operator 0 history alice --limit 4

    headline '10. And is every balance in the ledger right?'
    operator 0 verify
    grown "$before" 66846
}
