package journeys

import (
	"path/filepath"
	"testing"
	"time"
)

// stepUp proves with a passkey who is there, where the page asks.
func (b *tab) stepUp() {
	b.t.Helper()
	b.see("Confirm that it is you")
	b.press(`button[data-passkey=get]`)
}

// stepUpAsked: the platform was started anew meanwhile, and half an hour after
// signing in whoever sits at the administrator's browser is asked who they are
// before they change anything. Without the proof nothing happens; what was typed
// is not lost over it.
func stepUpAsked(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p, stop := within(t, dir, 0, nil)
	t.Cleanup(stop)
	admin := p.firstAdministrator(t)
	stop()

	p, stop = within(t, dir, 30*time.Minute, nil)
	t.Cleanup(stop)
	admin.moved(p.url)
	admin.open("/admin/organisations/new")
	admin.fill("#f-name", "Larchwood Valves AG")
	admin.fill("#f-kind", "legal-entity")
	admin.fill("#f-country", "CH")
	admin.press(`main form[action="/admin/organisations"] button[type=submit]`)
	admin.see("Confirm that it is you")
	back := admin.at()
	admin.open("/admin/organisations")
	admin.miss("Larchwood Valves AG")
	admin.open("/admin/organisations/new")
	admin.fill("#f-name", "Larchwood Valves AG")
	admin.fill("#f-kind", "legal-entity")
	admin.fill("#f-country", "CH")
	admin.press(`main form[action="/admin/organisations"] button[type=submit]`)
	if admin.at() != back {
		admin.fail("asked elsewhere than before: %s", back)
	}
	admin.stepUp()
	admin.open("/admin/organisations")
	admin.see("Larchwood Valves AG")
}
