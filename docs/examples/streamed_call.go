//go:build ignore

// A streamed AI call that pays for what it consumed: hold, stream, capture. docs/credits.md explains it.
//
//	TOKENLEDGER_SOCKET=... go run streamed_call.go USER CALL_ID [whole | abort-early | abort-midway | failure]
//
// The model is a fake, of five chunks with 50 tokens each. Standard library only.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

const attempts = 5

var (
	errAborted = errors.New("the user no longer waits for the answer")
	client     = http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: dial}}
)

func dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "unix", os.Getenv("TOKENLEDGER_SOCKET"))
}

type body = map[string]any

type done struct {
	Transactions []struct{ Sequence int64 }
	Uncovered    int64
	Hold         struct{ State string }
}

// problem is why a request was refused (RFC 9457).
type problem struct {
	Type, Detail string
	Status       int
}

func (p *problem) Error() string { return "refused: " + p.Type + ": " + p.Detail }

func send(path string, content []byte) (answer done, err error) {
	response, err := client.Post("http://localhost"+path, "application/json", bytes.NewReader(content))
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return answer, json.NewDecoder(response.Body).Decode(&answer)
	}
	refused := &problem{}
	if err := json.NewDecoder(response.Body).Decode(refused); err != nil {
		return answer, err
	}
	return answer, refused
}

// The ids in a request are its key. After a lost answer or a 503 it is sent again, and takes effect once.
func post(path string, what body) (done, error) {
	content, err := json.Marshal(what)
	for attempt := 1; err == nil; attempt++ {
		answer, err := send(path, content)
		var refused *problem
		isFinal := errors.As(err, &refused) && refused.Status != http.StatusServiceUnavailable
		if err == nil || isFinal || attempt == attempts {
			return answer, err
		}
		time.Sleep(time.Duration(attempt) * 100 * time.Millisecond)
	}
	return done{}, err
}

// fakeModel calls deliver with the tokens that each chunk consumed.
func fakeModel(scenario string, deliver func(text string, tokens int64)) error {
	for number := 0; number < 5; number++ {
		if scenario == "abort-early" || (scenario == "abort-midway" && number == 2) {
			return errAborted
		}
		if scenario == "failure" && number == 3 {
			return errors.New("the model failed")
		}
		deliver(fmt.Sprintf("word%d ", number), 50)
	}
	return nil
}

// most: the tokens that the call can consume at the worst. Returns what became of the call.
func streamedCall(user, call string, most int64, scenario string) (string, error) {
	id := url.PathEscape(call)
	held, err := post("/v1/holds", body{"hold_id": call, "user_id": user, "tokens": most, "timeout_seconds": 300,
		"action_type": "chat", "model_used": "fake-model"})
	if err != nil || held.Hold.State != "open" { // not open: an earlier run got that far; do not call the model again
		return "ended before: " + held.Hold.State, err
	}
	// If this process dies from here on, the hold times out by itself.
	var consumed int64
	failure := fakeModel(scenario, func(text string, tokens int64) {
		consumed += tokens
		fmt.Fprint(os.Stderr, text)
	})
	if consumed == 0 {
		_, err = post("/v1/holds/"+id+"/release", body{"user_id": user})
		return "released", err
	}
	captured, err := post("/v1/holds/"+id+"/capture", body{"user_id": user, "tokens": consumed})
	said := fmt.Sprintf("captured %d, %d uncovered", consumed, captured.Uncovered)
	if err != nil || failure == nil || errors.Is(failure, errAborted) || len(captured.Transactions) == 0 {
		return said, err
	}
	_, err = post("/v1/usage/"+id+"/reverse", body{"user_id": user, "reason": failure.Error()})
	return said + ", reversed", err
}

func main() {
	arguments := append(os.Args, "whole")
	said, err := streamedCall(arguments[1], arguments[2], 400, arguments[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(said)
}
