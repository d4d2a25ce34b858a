package webui

// help says how to move about without a mouse, and what the words mean.
func (s *Site) help(v *visit) error {
	return v.show("help", v.t("help.title"), "help", nil)
}
