package handbook

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// question is one in everyday words and the line that answers it. Where two
// lines of the sheet say the same ("M3" and "Q1" do), both are right.
type question struct {
	text string
	want []string
}

func asked(text string, want ...string) question { return question{text, want} }

// The questions were written before the scoring and its words, and in rounds
// since: each was measured before anything was changed for it (see
// testdata/questions.tsv, whose rounds say how they did).
var everyday = []question{
	asked("when should we move to microservices?", "Q1", "M3"),
	asked("when do we break up the monolith", "M3", "Q1"),
	asked("is it time to split our one big app into services", "M3", "Q1"),
	asked("do we need more than one region", "Q2", "M4"),
	asked("a third of our customers sit abroad, should we open another region", "Q2", "M4"),
	asked("what does going multi region cost", "M4"),
	asked("how long does it take to migrate from postgres to cockroach", "M1"),
	asked("when is postgresql not enough any more", "M1"),
	asked("wen do we swich to cockroachdb", "M1"),
	asked("should we build our own cdn", "M2", "C7"),
	asked("at what bandwidth does a custom cdn pay off", "M2"),
	asked("which cache should we use", "S4"),
	asked("memcached or redis", "S4"),
	asked("where do we put uploaded files", "S5"),
	asked("which orchestrator do we run containers on", "S1"),
	asked("alternative to kubernetes", "S1"),
	asked("what for training models", "S7"),
	asked("pytorch or tensorflow", "S7"),
	asked("what do we serve llms with", "S8"),
	asked("tool for ab tests", "S10"),
	asked("which feature store is recommended", "S9"),
	asked("which database for transactions", "S2", "Q3"),
	asked("cockroach vs cassandra", "Q3"),
	asked("what should we use for analytics at a million writes per second", "S3"),
	asked("how many people do we need to run 100 million users", "Q8"),
	asked("headcount for a big platform", "Q8"),
	asked("are lambdas a good idea", "Q7"),
	asked("shold we go serverles", "Q7"),
	asked("what breaks first when we grow", "Q6"),
	asked("biggest botleneck when scaling", "Q6"),
	asked("how much may a user cost us per month", "Q5"),
	asked("infrastructure price per head", "Q5"),
	asked("buy or build machine learning platform", "Q4"),
	asked("should we rent ml infrastructure or make our own", "Q4"),
	asked("the database is on fire, cpu at 90", "E1"),
	asked("postgres cpu is maxed out", "E1"),
	asked("our cloudfront bill exploded", "E2"),
	asked("cdn is suddenly expensive", "E2"),
	asked("model answers too slowly", "E3"),
	asked("inference latencey is too high", "E3"),
	asked("how do we design a twitter like feed", "P1"),
	asked("architecture for an online shop", "P2"),
	asked("we want to stream movies", "P3"),
	asked("building a netflix", "P3"),
	asked("architecture for product recommendations", "P4"),
	asked("what does a social network cost at 100M users", "P1"),
	asked("how fast must the api be with 20 million users", "L2"),
	asked("page load target at 5M users", "L1"),
	asked("latency budget for 300M users", "L3"),
	asked("how much downtime is allowed at 50 million users", "A2"),
	asked("which slo for a startup with 2M users", "A1"),
	asked("uptime target at 200M", "A3"),
	asked("who needs four nines", "A3"),
	asked("how much can reserved instances save", "C1"),
	asked("are spot instances worth it", "C2"),
	asked("our machines are too big, what do we save by shrinking them", "C3"),
	asked("move old data to glacier", "C4"),
	asked("quantize models to 4 bit to save money", "C5"),
	asked("google for ml and aws for storage", "C6"),
	asked("savings of a custom cdn", "C7"),
	asked("inferentia or tpu savings", "C8"),
	asked("when do own data centers pay", "C9"),
	asked("what does 75M users cost", "T4"),
	asked("monthly bill with 500k users", "T1"),
	asked("which database at 30 million users", "T3"),
	asked("what setup for 150M users", "T5"),
	asked("architecture for 300 million users", "T6"),
	asked("which cdn for 5M users", "T2"),
	asked("pgbouncer", "E1-2"),
	asked("add an index for slow queries", "E1-4"),
	asked("n+1 problem", "E1-6"),
	asked("how do we block bots", "E2-1"),
	asked("signed urls", "E2-5"),
	asked("increase cache ttl", "E2-2"),
	asked("gzip", "E2-3"),
	asked("peer to peer delivery", "E2-8"),
	asked("static batching", "E3-2"),
	asked("prune the model", "E3-7"),
	asked("continuous batching", "E3-5", "S8"),
	asked("do read replicas help", "E1-1"),
	asked("shard the database", "E1-7"),
	asked("why do the savings not add up to 95%", "X11"),
	asked("why are there two costs at 100M users", "X3"),
	asked("is cassandra a cache or a database", "X14", "Q3"),
	asked("our postgres can't keep up at 45 million accounts, what comes next", "M1", "T3"),
	asked("how much extra per month for cockroachdb", "M1"),
	asked("how many months does the custom cdn project need", "M2", "X5"),
	asked("cost of moving to microservices", "M3"),
	asked("failover between regions availability for 150M users", "A3"),
	asked("what is the allowed api latency at 60M users", "L2"),
	asked("ml inference budget at 250M users", "L3", "T6"),
	asked("is there something faster than cassandra", "S3"),
	asked("minio or s3", "S5"),
	asked("who replaces feast", "S9"),
	asked("kubeflow", "S10"),
	asked("triton", "S8", "Q4"),
	asked("how do I set up an event stream for a news feed", "P1"),
	asked("inventory locking in a web shop", "P2"),
	asked("hls or dash", "P3"),
	asked("personalised suggestions with ai", "P4"),
	asked("how much do savings plans bring", "C1"),
	asked("cheaper gpus for batch jobs", "C2"),
	asked("which savings need high effort and accuracy tests", "C5"),
	asked("is it worth running our own datacentre", "C9"),
	asked("what should I do about a hot database", "E1"),
	asked("scale up the db instance", "E1-3"),
	asked("slow gpu model server", "E3"),
	asked("webrtc", "E2-8"),
	asked("8 bit weights", "E3-4", "C5"),
	asked("what is our error budget at 30M users", "A2"),
	asked("price of 8 million users", "T2", "Q5"),
	asked("cassandra or cockroch for payments", "Q3"),
	asked("do we need 50 engineers", "Q8"),
	asked("what slows us down first, reads or writes", "Q6"),
	asked("when is it worth having servers in several parts of the world", "Q2", "M4"),
	asked("how expensive is the switch to many regions", "M4"),
	asked("our one codebase is shared by five squads", "M3", "Q1"),
	asked("best database for orders and money", "S2", "Q3", "P2"),
	asked("what do you suggest for object storage", "S5"),
	asked("tensorflow alternatives", "S7"),
	asked("how do we keep model features consistent online and offline", "S9"),
	asked("akamai or fastly", "S6"),
	asked("what does an instagram clone cost per month", "P1"),
	asked("tech stack for a marketplace", "P2"),
	asked("how fast should pages load for 40 million users", "L2"),
	asked("p95 at 400M users", "L3"),
	asked("yearly downtime for 5 million users", "A1"),
	asked("commit to reserved capacity, what do we gain", "C1"),
	asked("lifecycle policies for cold storage", "C4"),
	asked("price per customer", "Q5"),
	asked("team size at 100M users", "Q8"),
	asked("postgres is overloaded", "E1"),
	asked("traffic bill of cloudflare jumped", "E2"),
	asked("llm takes too long to answer", "E3"),
	asked("scrapers eat our bandwidth", "E2-1"),
	asked("cache the results of database queries", "E1-5"),
	asked("which ml setup at 80M users", "T4"),
	asked("redis setup for 3 million users", "T2"),
	asked("what changes at 200 million users", "T6", "M2"),
	asked("is it too early for microservices with two developers", "Q1", "M3"),
	asked("should a small company use kubernetes", "S1"),
	asked("can we stay on postgres with 60 million users", "M1", "T4"),
	asked("what is cheaper, cloudflare or our own cdn", "M2", "C7", "X4"),
	asked("do we need cassandra", "S3", "Q3", "X14"),
	asked("how do big sites handle database writes", "Q6"),
	asked("how much does it cost to host 1 million users", "T2"),
	asked("what latency should we aim for at 15M users", "L2"),
	asked("99.99% availability", "A3"),
	asked("active-active or active-passive", "A2", "A3"),
	asked("what do I need for 100 million users", "T5"),
	asked("how to lower the aws bill", "C1", "C3", "C2", "C6"),
	asked("quick wins for cost", "C1", "C2", "C3"),
	asked("move inference to google cloud", "C6"),
	asked("our gpu costs are too high", "C8", "C5", "C2"),
	asked("run inference on the edge", "E3-6"),
	asked("queries are slow, what now", "E1-4", "E1"),
	asked("connection pooling", "E1-2"),
	asked("cdn egress fees", "E2", "M2"),
	asked("saga pattern", "P2"),
	asked("feed generation", "P1"),
	asked("what replaces kafka", "X17"),
	asked("netflix open connect", "P3"),
	asked("vitess or spanner", "S2"),
	asked("how many engineers", "Q8"),
	asked("lambda for constant load?", "Q7"),
	asked("when to go multi-cloud", "C6"),
	asked("does quantisation hurt accuracy", "C5", "E3-4"),
	asked("sharding postgres", "E1-7"),
	asked("pre-compute feeds in redis", "P1"),
	asked("what is X12", "X12"),
	asked("m4", "M4"),
}

// unseen are left out of the fitting: they say how it does with questions that
// nobody has tuned it for (22 of 25 were right at first sight).
var unseen = []question{
	asked("we have four teams stepping on each other, split the app?", "M3", "Q1"),
	asked("latency from asia is terrible, do we need another region", "Q2", "M4"),
	asked("what is good for logs and time series", "S3"),
	asked("kubernetes or ecs", "S1"),
	asked("how expensive is a video platform", "P3"),
	asked("is faas ok for steady traffic", "Q7"),
	asked("how many developers for a hundred million users", "Q8"),
	asked("cheap storage for images", "S5"),
	asked("discount of spot machines for training", "C2"),
	asked("how quick should a db query be for 8M users", "L1"),
	asked("what availability do 120 million users need", "A3"),
	asked("cost of running 12M users", "T3"),
	asked("move off cloudflare", "M2"),
	asked("cockroachdb migration effort", "M1"),
	asked("ecomerce architecture", "P2"),
	asked("gpu inference is slow what now", "E3"),
	asked("cdn invoice doubled over night", "E2"),
	asked("db cpu 95 percent", "E1"),
	asked("ab testing framework", "S10"),
	asked("negotiate with the cdn vendor", "E2-6"),
	asked("compress model weights savings", "C5"),
	asked("rightsizing", "C3"),
	asked("what is the main bottleneck", "Q6"),
	asked("brotli compression", "E2-3"),
	asked("build vs buy for ai", "Q4"),
}

var foreign = []string{
	"what is the capital of France", "how do I bake bread", "who won the world cup in 2014", "what is the weather tomorrow",
	"reset my slack password", "when is the next company party", "tell me a joke", "how do I restart a kubernetes pod",
	"what is the meaning of life", "translate hello into german", "how tall is mount everest", "python list comprehension syntax",
	"book a meeting room for tuesday", "who is on call tonight", "what is our vacation policy", "how to merge a git branch",
	"best pizza in town", "what does the ceo earn", "rotate tls certificates with cert-manager", "how do I center a div",
	"why is my laptop so slow", "what time is it in Tokyo", "should I buy bitcoin", "how do I write a cover letter",
	"", "asdf qwer zxcv", "the of and", "🚀🚀🚀", "how many moons has jupiter", "redis password forgotten",
	"how do I change my email address", "what is the stock price of apple", "who wrote moby dick", "is the office closed on friday", "how do I install docker on windows", "what is a monad", "how many teams play in the champions league", "regional train timetable", "write me a poem about servers", "which users logged in yesterday",
	"how do I get a new badge", "what is kubernetes short for", "will it rain in berlin", "is my salary paid monthly", "how do birds fly", "who invented the transistor", "lunch menu", "convert pdf to word", "is the wifi down", "what does my dentist cost",
}

var unseenForeign = []string{
	"where can I park my car", "how do I cook rice", "what is the best movie of 2024", "how to exit vim", "is postgres named after something",
	"how many users does facebook have", "when does the canteen open", "change the printer's toner", "kafka novel summary", "write a haiku about autumn",
}

func wrongFirst(t *testing.T, questions []question) int {
	t.Helper()
	wrong := 0
	for _, q := range questions {
		got := Default().Ask(q.text)
		// Of several that are told none is held out as the answer.
		right := slices.ContainsFunc(q.want, func(id string) bool { return id == got.Best || got.Several && slices.Contains(got.IDs, id) })
		if !got.Known || !right {
			wrong++
			t.Logf("%q: got %s (known: %v, %s), want %s", q.text, got.Best, got.Known, got.scores(), strings.Join(q.want, " or "))
		}
	}
	return wrong
}

func TestAskEverydayQuestions(t *testing.T) {
	t.Parallel()
	for name, questions := range map[string][]question{"everyday": everyday, "questions.tsv": written(t, "questions.tsv")} {
		if len(questions) < 60 {
			t.Fatalf("%s: got %d questions, want at least 60", name, len(questions))
		}
		wrong := wrongFirst(t, questions)
		if share := 1 - float64(wrong)/float64(len(questions)); share < 0.95 {
			t.Errorf("%s: got %.1f%% right first, want at least 95%%", name, share*100)
		}
	}
}

// written reads questions with what answers them: a question, a tab, ids.
func written(t *testing.T, file string) []question {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all []question
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		text, ids, _ := strings.Cut(line, "\t")
		all = append(all, asked(text, strings.Split(ids, ",")...))
	}
	return all
}

func TestAskUnseenQuestions(t *testing.T) {
	t.Parallel()
	if wrong := wrongFirst(t, unseen); wrong > len(unseen)/5 {
		t.Errorf("got %d of %d wrong, want at most a fifth", wrong, len(unseen))
	}
}

func TestAskForeignQuestions(t *testing.T) {
	t.Parallel()
	all := slices.Concat(foreign, unseenForeign)
	for _, q := range written(t, "foreign.txt") {
		all = append(all, q.text)
	}
	for _, q := range all {
		if got := Default().Ask(q); got.Known {
			t.Errorf("%q: got %s as if known (%s)", q, got.Best, got.scores())
		} else if !strings.Contains(got.Title, "does not know") {
			t.Errorf("%q: got the title %q, want it to say that the handbook does not know", q, got.Title)
		}
	}
}

// TestAskOffersTheNearest: what is likely but not known is told as such.
func TestAskOffersTheNearest(t *testing.T) {
	t.Parallel()
	got := Default().Ask("feed zebra giraffe walrus")
	text := got.Text()
	if got.Known || !strings.HasPrefix(text, "The handbook does not know that\n") || !strings.Contains(text, "Nearest: P1 Social network, feed") || !strings.Contains(text, "If you mean P1: write-heavy") {
		t.Errorf("got\n%s\nwant it to offer P1", text)
	}
	got = Default().Ask("lunch menu")
	if text := got.Text(); strings.Contains(text, "Nearest") || strings.Contains(text, "If you mean") {
		t.Errorf("got\n%s\nwant nothing offered", text)
	}
}

// TestAskIsBounded: a question is text from anywhere.
func TestAskIsBounded(t *testing.T) {
	t.Parallel()
	for _, q := range []string{strings.Repeat("microservices ", 100_000), strings.Repeat("x", 1<<20), "\x00\xff\xfe", strings.Repeat("<!channel> ", 500)} {
		got := Default().Ask(q)
		if m := got.Mrkdwn(); len(m) > 3000 || strings.Contains(m, "<!") {
			t.Errorf("%.20q: got %d bytes: %.200q", q, len(m), m)
		}
	}
}

func FuzzAsk(f *testing.F) {
	for _, q := range []string{"when microservices?", "75M users", "$20K", "n+1", "E1-8"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Default().Ask(text)
		if m := got.Mrkdwn(); len(m) > 3000 || strings.ContainsAny(m, "<>") {
			t.Errorf("%q: got %q", text, m)
		}
		if got.Known == strings.Contains(got.Title, "does not know") {
			t.Errorf("%q: got known %v, best %q, title %q", text, got.Known, got.Best, got.Title)
		}
	})
}

func BenchmarkAsk(b *testing.B) {
	h := Default()
	for b.Loop() {
		h.Ask("wen do we swich to cockroachdb")
	}
}
