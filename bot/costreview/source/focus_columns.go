package source

import (
	"fmt"
	"slices"
	"strings"
)

// field is a column that is read.
type field int

const (
	fAmount field = iota // the cost column that counts
	fBilled
	fStart
	fEnd
	fCurrency
	fService
	fServiceProvider
	fProvider
	fPublisher
	fSubAccount
	fBillingAccount
	fServiceCategory
	fChargeCategory
	fChargeClass
	fChargeFrequency
	fCommitmentStatus
	fPricing
	fTags
	fAllocated
	fResource // only where charges are split
	fSku      // likewise
	fRegion
	fMeter // SkuMeter, else SkuId
	fEligibility
	fTeam // what a digest knows teams by, when it is a column
	fCommitment
	fCommitmentName
	fConsumed
	fConsumedUnit
	fieldCount
)

// tellsGroup says whether charges that differ in the field are added up apart.
func (f field) tellsGroup() bool {
	return f >= fCurrency && f <= fPricing || f == fRegion || f == fMeter || f == fTeam
}

// fieldNames are the names of FOCUS; the first is settled by the file.
var fieldNames = [fieldCount]string{
	"", "BilledCost", "ChargePeriodStart", "ChargePeriodEnd", "BillingCurrency", "ServiceName",
	"ServiceProviderName", "ProviderName", "PublisherName", "SubAccountId", "BillingAccountId",
	"ServiceCategory", "ChargeCategory", "ChargeClass", "ChargeFrequency", "CommitmentDiscountStatus", "PricingCategory", "Tags",
	"AllocatedMethodId", "ResourceId", "SkuId", "", "", "CommitmentProgramEligibilityDetails", "",
	"CommitmentDiscountId", "CommitmentDiscountName", "ConsumedQuantity", "ConsumedUnit",
}

// older are names that exports gave columns before FOCUS 1.0, and some still do
// (Oracle's Provider): the name in lower case, and the one of today.
var older = map[string]string{
	"provider": "providername", "publisher": "publishername", "region": "regionname",
	"amortizedcost": "effectivecost", "billedcurrency": "billingcurrency", "chargetype": "chargecategory",
	"invoiceissuer": "invoiceissuername", "service": "servicename",
}

// canonical is a column's name in lower case, an older one as it is called today.
func canonical(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if now, ok := older[name]; ok {
		return now
	}
	return name
}

// isName reports whether a header's name is one that is looked for.
func isName(name string) bool {
	name = canonical(name)
	if strings.HasPrefix(name, "contractcommitment") {
		return true
	}
	same := func(of string) bool { return of != "" && strings.EqualFold(of, name) }
	return slices.ContainsFunc(fieldNames[:], same) || slices.ContainsFunc(costColumns[:], same)
}

// wanted are the columns that a digest wants, each with what is lost without it.
// FOCUS renamed the provider's column in 1.3; any of the three names will do.
var wanted = [...]struct{ column, loss string }{
	{"BilledCost", "the invoice's amounts are taken to be the same as the column that counts"},
	{"ChargeCategory", "month-start charges, credits and taxes cannot be told from usage"},
	{"ChargeClass", "corrections of earlier invoices cannot be told from usage"},
	{"ChargeFrequency", "fees that recur cannot be told from usage"},
	{"ProviderName", "costs cannot be told apart by provider"},
	{"ServiceCategory", "services cannot be told apart by what they are for"},
	{"SubAccountId", "costs cannot be told apart by account"},
	{"PricingCategory", "committed and spot prices cannot be told from list prices"},
	{"Tags", "batch work cannot be recognised"},
}

// columns says where each field is in a file; -1 is nowhere.
type columns struct {
	at    [fieldCount]int
	used  string   // the name of fAmount
	lacks []string // in the order of wanted
	names [fieldCount]string
}

// maxColumns bounds a header: FOCUS 1.4 has about a hundred, providers add theirs.
const maxColumns = 5000

// findColumns finds the fields in a header. The error says why the file cannot be
// used: it names the columns without which nothing can be told.
func findColumns(header []string, asked string) (columns, error) {
	if len(header) > maxColumns {
		return columns{}, fmt.Errorf("its header has %d columns, and %d are the most that are read", len(header), maxColumns)
	}
	byName := make(map[string]int, len(header))
	for k, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, ok := byName[name]; !ok {
			byName[name] = k
		}
	}
	for before, now := range older {
		_, has := byName[now]
		if k, ok := byName[before]; ok && !has {
			byName[now] = k
		}
	}
	find := func(name string) int {
		if k, ok := byName[strings.ToLower(name)]; ok {
			return k
		}
		return -1
	}
	c := columns{names: fieldNames}
	for f := fBilled; f < fieldCount; f++ {
		c.at[f] = find(fieldNames[f])
	}
	c.findDetails(find)
	if c.at[fAllocated] < 0 {
		c.at[fResource], c.at[fSku] = -1, -1
	}
	if c.at[fConsumed] < 0 || c.at[fConsumedUnit] < 0 { // as it is priced is next to as it is used
		c.at[fConsumed], c.at[fConsumedUnit] = find("PricingQuantity"), find("PricingUnit")
	}
	c.at[fAmount] = find(asked)
	c.used = asked
	for _, name := range costColumns {
		if c.at[fAmount] < 0 {
			c.at[fAmount], c.used = find(name), name
		}
	}
	c.names[fAmount] = c.used
	var missing []string
	if c.at[fAmount] < 0 {
		missing = append(missing, asked)
	}
	for _, f := range [...]field{fStart, fService, fCurrency} {
		if c.at[f] < 0 {
			missing = append(missing, fieldNames[f])
		}
	}
	if len(missing) > 0 {
		return columns{}, fmt.Errorf("it is not a FOCUS cost file: its header has no %s", strings.Join(missing, ", no "))
	}
	c.lacks = c.missing(asked)
	return c, nil
}

// findColumns finds the fields in the file's header, and notes what it tells and lacks.
func (t *table) findColumns(header []string) (columns, error) {
	c, err := findColumns(header, t.file.Asked)
	if err != nil {
		return c, err
	}
	c.findTeam(header, t.file.By)
	t.splitting = c.at[fAllocated] >= 0
	t.file.Used, t.file.Lacks, t.file.Blind = c.used, c.lacks, c.at[fCommitmentStatus] < 0
	return c, nil
}

func (c *columns) missing(asked string) []string {
	var lacks []string
	if c.used != asked {
		lacks = append(lacks, asked)
	}
	instead := map[string][]field{"ProviderName": {fServiceProvider, fPublisher}, "SubAccountId": {fBillingAccount}}
	for _, w := range wanted {
		f := field(slices.Index(fieldNames[:], w.column))
		has := func(f field) bool { return c.at[f] >= 0 }
		if !has(f) && !slices.ContainsFunc(instead[w.column], has) && w.column != asked {
			lacks = append(lacks, w.column)
		}
	}
	return lacks
}
