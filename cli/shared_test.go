package cli

import (
	"encoding/json"
	"strings"
	"testing"
)

const aNotice = `kind: indicator
tlp: GREEN
words:
  en: {title: Signs of a worm, text: "It was seen twice.\nLook for it."}
  de: {title: Zeichen eines Wurms}
signs: [{type: url, value: "https://evil.example/a"}, {type: payload, value: "${jndi:ldap://evil.example/a}"}]
about: {keywords: [pumps]}
`

// What goes round on a platform: shared from a file, listed, and shown so that no
// terminal makes a link of it; to somebody who is on no platform it is not there.
func TestSharedOnARunningPlatform(t *testing.T) {
	p := running(t)
	p.circle(t)
	expect := p.expects(t)
	expect(0, "Nothing was shared with you", "shared", "list")
	expect(exitBad, "titel", "shared", "new", "circle", write(t, "wrong.yaml", strings.Replace(aNotice, "title: Signs", "titel: Signs", 1)))
	file := write(t, "signs.yaml", aNotice)
	id := strings.TrimSuffix(strings.Fields(expect(0, "Shared as", "shared", "new", "circle", file, "--key", "k"))[2], ",")
	expect(0, id, "shared", "new", "circle", file, "--key", "k")
	if out := expect(0, "Signs of a worm", "shared", "list", "circle", "--kind", "indicator"); strings.Count(out, id) != 1 {
		t.Errorf("sent twice, it is there twice: %s", out)
	}
	out := expect(0, "  Look for it.", "shared", "show", id)
	if !strings.Contains(out, "hxxps[://]evil[.]example/a") || strings.Contains(out, "://evil") {
		t.Errorf("a terminal makes a link of it: %s", out)
	}
	expect(0, "Zeichen eines Wurms", "shared", "show", id, "--lang", "de")
	expect(0, "Signs of a worm", "shared", "show", id, "--lang", "zh")
	expect(exitBad, "is not en, zh, fr or de", "shared", "show", id, "--lang", "it")
	var it struct{ Signs []struct{ Value string } }
	if err := json.Unmarshal([]byte(expect(0, "", "shared", "show", id, "--format", "json")), &it); err != nil || len(it.Signs) != 2 || it.Signs[0].Value != "https://evil.example/a" {
		t.Errorf("%+v %v", it, err)
	}
	expect(exitBad, "a member that received it", "shared", "acknowledge", id, "we are on it")
	for _, args := range [][]string{{"shared", "show", id}, {"shared", "acknowledge", id}, {"shared", "new", "circle", file}, {"shared", "list", "circle"}} {
		if out, code := tocsin(t, append(args, "--server", p.url, "--token-file", p.other)...); code != exitBad || strings.Contains(out, "worm") {
			t.Errorf("%q by somebody else: %d %s", args, code, out)
		}
	}
	if out, code := tocsin(t, "shared", "list"); code != exitBad || !strings.Contains(out, "running platform") {
		t.Errorf("without a platform: %d %s", code, out)
	}
}
