package webui

import (
	"strings"
	"testing"
)

// TestRichText: what Markdown may say on a page.
func TestRichText(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "",
		" \n ":                        "",
		"plain & simple":              "<p>plain &amp; simple</p>\n",
		"**bold** and `code`":         "<p><strong>bold</strong> and <code>code</code></p>\n",
		"- one\n- two":                "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n",
		"# A heading":                 "A heading\n", // pages have headings of their own
		"<b>raw</b>":                  "<p>raw</p>\n",
		"<script>x()</script>":        "\n",
		"![p](https://example.org/p)": "<p></p>\n",
		"[x](javascript:x())":         "<p>x</p>\n",
		"[x](data:text/html,x)":       "<p>x</p>\n",
		"[x](http://example.org)":     "<p>x</p>\n",
		"[x](https://example.org)":    `<p><a href="https://example.org" rel="nofollow noreferrer">x</a></p>` + "\n",
		"[x](mailto:a@example.org)":   `<p><a href="mailto:a@example.org" rel="nofollow noreferrer">x</a></p>` + "\n",
		"产线一夜停机两次。":                   "<p>产线一夜停机两次。</p>\n",
	} {
		if got := string(rich(in)); got != want {
			t.Errorf("rich(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

// FuzzRich: no bytes become a script, a style, an image or an address that runs.
func FuzzRich(f *testing.F) {
	for _, s := range []string{hostile, "[a](java\nscript:x)", "<a href='&#106;avascript:x'>x</a>", "<!-- -->", "&lt;script&gt;", "[a]: javascript:x\n[a]", "<scr<script>ipt>", "\x00<\x00img src=x>", strings.Repeat(">", 500), "<https://example.org/\" onclick=x>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, wrong := range markup(t, string(rich(strings.NewReplacer("\u202e", "", "\u202d", "", "\u2066", "", "\u2067", "", "\u2068", "").Replace(s)))) {
			t.Errorf("%q: %s", s, wrong)
		}
	})
}
