package webuitest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// Serve answers with h on a loopback port until the test ends, and gives the
// origin: by the name localhost, for which passkeys work without https.
func Serve(t testing.TB, h func(origin string) http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	origin := fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port)
	server := &http.Server{Handler: h(origin), ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }() // ends with Close, and says so
	t.Cleanup(func() {
		_ = server.Close() // the test is over, whoever still reads has lost
		<-done
	})
	return origin
}

// Start starts a browser with its profile in a folder, and gives what ends it.
// Without a browser on this machine the error is exec.ErrNotFound.
func Start(profile string) (ctx context.Context, stop func(), err error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, nil, err
	}
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options,
		chromedp.ExecPath(path), chromedp.UserDataDir(profile),
		chromedp.Flag("headless", true), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("force-device-scale-factor", "1"),
		chromedp.WSURLReadTimeout(60*time.Second),
	)
	allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	stop = func() {
		// Cancel waits until the browser has gone, so that its profile can be removed.
		_ = chromedp.Cancel(ctx) // a browser that ended before is what is wanted
		end()
		free()
	}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, nil, fmt.Errorf("the browser does not start: %w", err)
	}
	return ctx, stop, nil
}

// Chromium starts a browser that ends with the test. Without one on this
// machine the test is skipped, but fails where CI=true.
func Chromium(t testing.TB) context.Context {
	t.Helper()
	ctx, stop, err := Start(t.TempDir())
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true" {
		t.Skip("no chromium on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	limited, late := context.WithTimeout(ctx, 9*time.Minute) // a busy machine takes its time; go test gives ten
	t.Cleanup(late)
	return limited
}

// Complaints collects what the browser says against a page: exceptions of its
// scripts, console errors, and what its policy refused. The function that it
// gives lists them so far. An answer that is meant to be an error (a form sent
// again with what is wrong in it) is no complaint.
func Complaints(t testing.TB, ctx context.Context) func() []string {
	t.Helper()
	var mu sync.Mutex
	var list []string
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if (m.Type != chromedp.ConsoleException && m.Type != "error" && m.Type != "assert") || strings.Contains(m.Text, "the server responded with a status of") {
				continue
			}
			mu.Lock()
			list = append(list, string(m.Type)+": "+m.Text)
			mu.Unlock()
		}
	}()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

// Look is how a page is looked at.
type Look struct {
	Width int
	Dark  bool
	Lang  string
}

// String names a look, for files: 390-dark-zh.
func (l Look) String() string {
	tone := "light"
	if l.Dark {
		tone = "dark"
	}
	return fmt.Sprintf("%d-%s-%s", l.Width, tone, l.Lang)
}

// Looks are the ones that every page is checked in: a phone, a tablet and a
// desk, light and dark, in English, Chinese and German.
func Looks() []Look {
	var all []Look
	for _, w := range []int{390, 1024, 1440} {
		for _, dark := range []bool{false, true} {
			for _, lang := range []string{"en", "zh", "de"} {
				all = append(all, Look{w, dark, lang})
			}
		}
	}
	return all
}

// Step is one thing that a browser does.
type Step = chromedp.Action[chromedp.Void]

// As sets the browser to a look: size, dark or light by the system's wish, and
// the language that it asks for.
func As(l Look) Step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		tone := "light"
		if l.Dark {
			tone = "dark"
		}
		// Without motion, so that what is pressed stands still.
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: tone}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}
		agent := emulation.SetUserAgentOverrideParams{UserAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", AcceptLanguage: l.Lang}
		size := emulation.SetDeviceMetricsOverrideParams{Width: int64(l.Width), Height: 900, DeviceScaleFactor: 1}
		_, err1 := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
		_, err2 := cdp.Call(ctx, t, emulation.SetUserAgentOverride, agent)
		_, err3 := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, size)
		return chromedp.Void{}, errors.Join(err1, err2, err3)
	}
}

// Shoot writes a picture of the whole page that is open.
func Shoot(ctx context.Context, file string) error {
	png, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		m, err := cdp.Call(ctx, t, page.GetLayoutMetrics, cdp.Empty{})
		if err != nil {
			return nil, err
		}
		all := true
		r, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{
			CaptureBeyondViewport: &all,
			Clip:                  &page.Viewport{Width: m.CSSContentSize.Width, Height: m.CSSContentSize.Height, Scale: 1},
		})
		return r.Data, err
	})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}

// Overflow tells by how many pixels the page is wider than the window: on a
// phone a page that scrolls sideways is broken.
func Overflow(ctx context.Context) (int, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
}

// SecurityKey puts a made-up authenticator into the browser, which says yes at
// once and keeps passkeys until the browser ends.
func SecurityKey() Step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return chromedp.Void{}, err
		}
		_, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
			Options: &webauthn.VirtualAuthenticatorOptions{
				Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true,
				IsUserVerified: true, AutomaticPresenceSimulation: true,
			},
		})
		return chromedp.Void{}, err
	}
}

// NoScript switches the scripts of pages off; what a test evaluates still runs.
func NoScript() Step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	}
}
