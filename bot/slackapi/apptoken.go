package slackapi

import (
	"context"
	"errors"
	"net/http"
)

// AppToken asks Slack whether it takes the app-level token for Socket Mode
// (apps.connections.open). It connects to nothing; Slack allows about one such call a
// minute.
func (c *Client) AppToken(ctx context.Context) error {
	const method = "apps.connections.open"
	return c.callPaid(ctx, method, "slack.app_token_file", func() error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.apiURL.String()+method, nil)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+c.appToken)
		req.Header.Set("Content-Type", formType)
		resp, err := c.http.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		var answer struct {
			URL string `json:"url"`
		}
		if err := decodeAnswer(resp, &answer); err != nil {
			return err
		}
		if answer.URL == "" {
			return errors.New("the answer names no address (url)")
		}
		return nil
	})
}
