package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/report"
)

// demoDays is how far back the demo's bill reaches: four months.
const demoDays = 120

// demoService is one line of the demo's bill, which is made up.
type demoService struct {
	name, category, team string  // team: empty: untagged
	daily                float64 // USD on a working day
	weekend              float64 // share of it at weekends
	growth               float64 // a week
}

func demoServices() []demoService {
	return []demoService{
		{"Amazon Elastic Compute Cloud", "Compute", "platform", 4200, 0.8, 0.01},
		{"Amazon Relational Database Service", "Databases", "data", 1600, 1, 0.005},
		{"Amazon CloudFront", "Networking", "shop", 950, 0.7, 0.015},
		{"Amazon SageMaker", "AI and Machine Learning", "ml", 1300, 0.5, 0.02},
		{"Amazon Simple Storage Service", "Storage", "data", 700, 1, 0.01},
		{"Amazon Elastic Kubernetes Service", "Compute", "platform", 380, 0.9, 0.01},
		{"Amazon CloudWatch", "Management and Governance", "", 160, 1, 0.01},
	}
}

// writeDemoBill writes the demo's cost export, FOCUS 1.0 as csv, for the days up
// to the day before now. In the last week that has ended CloudFront doubles from
// Wednesday to Friday.
func writeDemoBill(folder string, now time.Time) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make the demo's bill: %w", err)
	}
	file, err := os.Create(filepath.Join(folder, "bill.csv"))
	if err != nil {
		return fmt.Errorf("make the demo's bill: %w", err)
	}
	defer file.Close()
	w := csv.NewWriter(file)
	rows := [][]string{{
		"BilledCost", "EffectiveCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart", "ChargePeriodEnd",
		"ProviderName", "ServiceName", "ServiceCategory", "PricingCategory", "SubAccountId", "ChargeClass", "ChargeFrequency", "Tags",
	}}
	today := now.UTC().Truncate(24 * time.Hour)
	monday := report.WeekBefore(today).Monday().Time()
	row := func(day time.Time, cost float64, charge string, s demoService) {
		amount, pricing, frequency := fmt.Sprintf("%.2f", cost), "Standard", "Usage-Based"
		if charge == "Purchase" {
			pricing, frequency = "", "Recurring"
		}
		tags := "{}"
		if s.team != "" {
			tags = fmt.Sprintf(`{"team": %q}`, s.team)
		}
		rows = append(rows, []string{
			amount, amount, "USD", charge, day.Format(time.RFC3339), day.AddDate(0, 0, 1).Format(time.RFC3339),
			"AWS", s.name, s.category, pricing, "production", "", frequency, tags,
		})
	}
	for ago := demoDays; ago >= 1; ago-- {
		day := today.AddDate(0, 0, -ago)
		for k, s := range demoServices() {
			cost := s.daily * math.Pow(1+s.growth, -float64(ago)/7) * (1 + 0.02*math.Sin(float64(ago*(k+3))))
			if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
				cost *= s.weekend
			}
			if since := int(day.Sub(monday).Hours() / 24); s.name == "Amazon CloudFront" && since >= 2 && since <= 4 {
				cost *= 2
			}
			row(day, cost, "Usage", s)
		}
		if day.Day() == 1 {
			row(day, 900, "Purchase", demoService{name: "AWS Support (Business)", category: "Other"})
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("make the demo's bill: %w", err)
	}
	return nil
}
