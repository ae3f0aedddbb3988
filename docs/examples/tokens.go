// Package tokens asks tokenledger over its admin socket. The standard library is enough.
package tokens

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

type Client struct{ http http.Client }

func NewClient(socket string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	return &Client{http.Client{Transport: &http.Transport{DialContext: dial}, Timeout: 10 * time.Second}}
}

// Problem is why a request was refused (RFC 9457).
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Status int    `json:"status"`
}

func (p *Problem) Error() string { return fmt.Sprintf("%s: %s", p.Title, p.Detail) }

func (c *Client) call(ctx context.Context, method, path, key string, body, told any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if body == nil {
		content = nil
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://localhost"+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err // a write may be sent again with the same key: it takes effect once
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		problem := &Problem{Status: response.StatusCode}
		_ = json.NewDecoder(response.Body).Decode(problem)
		return problem
	}
	return json.NewDecoder(response.Body).Decode(told)
}

type Posting struct {
	Sequence     int64 `json:"sequence"`
	TokenAmount  int64 `json:"token_amount"`
	BalanceAfter int64 `json:"balance_after"`
}

type Applied struct {
	Transactions []Posting `json:"transactions"`
}

// Deduct takes tokens; key names the decision, not the attempt.
func (c *Client) Deduct(ctx context.Context, userID string, tokens int64, reason, key string) (Applied, error) {
	var told Applied
	body := map[string]any{"user_id": userID, "tokens": tokens, "reason": reason}
	return told, c.call(ctx, http.MethodPost, "/v1/deductions", key, body, &told)
}

// Balance of a user; a *Problem of type unknown_account if there is none.
func (c *Client) Balance(ctx context.Context, userID string) (int64, error) {
	var told struct {
		Balance int64 `json:"balance"`
	}
	err := c.call(ctx, http.MethodGet, "/v1/accounts/"+url.PathEscape(userID), "", nil, &told)
	return told.Balance, err
}
