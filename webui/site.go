package webui

import (
	"bytes"
	"html/template"
	"net/http"
	"sync"

	"tocsin/internal/fault"
)

// Site is the pages, ready to be served. It is safe for many goroutines.
type Site struct {
	o      Options
	words  *catalogue
	assets *assets
	pages  map[string]*template.Template // by language
	routes []Route
	mux    *http.ServeMux
	buffer sync.Pool
	sides  sides
	waits  waitsMemory

	fragments fragments
}

// Route is one address, for whoever walks the router.
type Route struct {
	Pattern string // METHOD /path
	Public  bool   // answered to strangers too
}

// New makes the pages. It refuses options that would leave a page half there,
// and catalogues or templates that do not parse.
func New(o Options) (*Site, error) {
	if o.Identity == nil || o.Now == nil || o.Log == nil {
		return nil, fault.New(fault.Invalid, "the pages need identity, a clock and a log")
	}
	if o.Name == "" {
		o.Name = "Tocsin"
	}
	s := &Site{o: o}
	s.buffer.New = func() any { return new(bytes.Buffer) }
	shipped, err := parsed()
	if err != nil {
		return nil, err
	}
	s.words, s.assets, s.pages = shipped.words, shipped.assets, shipped.pages
	return s, nil
}

// printed is what every site of a program shares: words, files and templates,
// which come with it and never change.
type printed struct {
	words  *catalogue
	assets *assets
	pages  map[string]*template.Template
}

// parsed reads them once.
var parsed = sync.OnceValues(func() (p printed, err error) {
	if p.words, err = loadWords(wordFiles); err != nil {
		return p, err
	}
	if p.assets, err = loadAssets(); err != nil {
		return p, err
	}
	p.pages = map[string]*template.Template{}
	for _, lang := range Languages {
		if p.pages[lang], err = loadTemplates(p.words, p.assets, lang); err != nil {
			return p, err
		}
	}
	return p, nil
})

// Mount puts every page on a mux, with the answer for addresses that are
// nobody's at "/".
func (s *Site) Mount(mux *http.ServeMux) {
	s.mux = mux
	s.routes = nil
	mux.HandleFunc("GET /static/", s.assets.serve)
	s.routesSignIn()
	s.routesSettings()
	s.routesAdmin()
	s.routesDesk()
	s.routesCase()
	s.routesPartner()
	s.routesShared()
	s.routesDirective()
	s.routesPublic()
	// Every other address is "not there", in the reader's language.
	mux.HandleFunc("/", s.serve(func(*visit) error {
		return fault.New(fault.NotFound, "there is no such page here")
	}, public|limited|frozen|anyBody))
}

// Routes lists the addresses that Mount put on the mux, in order.
func (s *Site) Routes() []Route { return s.routes }

// Handler is the pages alone, without the edge: for tests.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	s.Mount(mux)
	return mux
}
