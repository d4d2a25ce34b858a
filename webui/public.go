package webui

// routesPublic puts the pages on the mux that need no account.
func (s *Site) routesPublic() {
	s.page("GET /{$}", s.front, public)
	s.page("GET /ledger", s.ledgerPage, public)
	s.mux.HandleFunc("GET /when.css", whenCSS)
}

// front is what somebody sees who is not signed in: what this is, where to go
// with a receipt, where to sign in. Who is signed in goes to the desk.
func (s *Site) front(v *visit) error {
	if v.Session != nil {
		v.redirect("/desk")
		return nil
	}
	return v.show("public-front", v.t("public.title"), "", nil)
}
