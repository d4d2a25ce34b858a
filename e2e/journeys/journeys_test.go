package journeys

import "testing"

// TestJourneys: what the people of the platform come for, each in a browser of
// their own. They share one platform, but for those that would disturb others.
func TestJourneys(t *testing.T) {
	chromium(t)
	for _, j := range []struct {
		name string
		tell func(*testing.T)
	}{
		{"first start", firstStart},
		{"finder", finder},
		{"outsider with a receipt", outsiderWithAReceipt},
		{"psirt", psirt},
		{"coordinator", coordinator},
		{"coordinator by keyboard", coordinatorByKeyboard},
		{"colleague abroad", colleagueAbroad},
		{"authority", authority},
		{"partner", partnersEngineer},
		{"partnership side by side", partnershipSideBySide},
		{"maintainer", maintainer},
		{"lawyer", lawyer},
		{"administrator", administrator},
		{"break-glass", breakGlass},
		{"erasure", erasure},
		{"deputy", deputy},
		{"step-up", stepUpAsked},
		{"single sign-on", singleSignOn},
		{"front in four languages", frontInFourLanguages},
		{"phone without script", phoneWithoutScript},
	} {
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			j.tell(t)
		})
	}
}
