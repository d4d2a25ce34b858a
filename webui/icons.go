package webui

import "html/template"

// icons are drawn here, 24 units square, with strokes in the colour of the text
// around them. An icon never stands alone: a word says the same.
var icons = map[string]string{
	"alert":    `<path d="M12 4 3 20h18L12 4Z"/><path d="M12 10v5M12 17.5v.5"/>`,
	"bell":     `<path d="M6 17h12l-1.5-3v-4a4.5 4.5 0 0 0-9 0v4L6 17Z"/><path d="M10 20h4"/>`,
	"check":    `<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
	"clock":    `<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>`,
	"copy":     `<rect x="8" y="8" width="12" height="12" rx="1.5"/><path d="M16 8V5.5A1.5 1.5 0 0 0 14.5 4h-9A1.5 1.5 0 0 0 4 5.5v9A1.5 1.5 0 0 0 5.5 16H8"/>`,
	"cross":    `<path d="m6 6 12 12M18 6 6 18"/>`,
	"dots":     `<path d="M6 12h.01M12 12h.01M18 12h.01"/>`,
	"download": `<path d="M12 4v11m-4.5-4L12 15.5 16.5 11M4.5 20h15"/>`,
	"globe":    `<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5.5 5 11.5 0 17-5-5.5-5-11.5 0-17Z"/>`,
	"help":     `<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.4-1 .9-1 1.7M12 16.5v.1"/>`,
	"info":     `<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.5v.1"/>`,
	"key":      `<circle cx="8" cy="15.5" r="4"/><path d="m11 12.5 8-8M16 7.5l2.5 2.5"/>`,
	"lock":     `<rect x="5" y="11" width="14" height="9" rx="1.5"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
	"menu":     `<path d="M4 7h16M4 12h16M4 17h16"/>`,
	"open":     `<rect x="5" y="11" width="14" height="9" rx="1.5"/><path d="M8 11V8a4 4 0 0 1 7.5-2"/>`,
	"person":   `<circle cx="12" cy="8" r="4"/><path d="M4.5 20c1-4 4-6 7.5-6s6.5 2 7.5 6"/>`,
	"plus":     `<path d="M12 5v14M5 12h14"/>`,
	"question": `<path d="M8.5 8.5A3.5 3.5 0 1 1 13.5 11.7c-1 .6-1.5 1.3-1.5 2.5M12 18v.1"/>`,
	"scales":   `<path d="M12 4v16M8 20h8M5 7h14M5 7l-2.5 6a2.7 2.7 0 0 0 5 0L5 7Zm14 0-2.5 6a2.7 2.7 0 0 0 5 0L19 7Z"/>`,
	"search":   `<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5 5"/>`,
	"shield":   `<path d="M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6l-7-2.5Z"/>`,
	"stop":     `<circle cx="12" cy="12" r="8.5"/><path d="m6.5 6.5 11 11"/>`,
	"next":     `<path d="m9 5 7 7-7 7"/>`,
	"back":     `<path d="m15 5-7 7 7 7"/>`,
}

// icon draws one; the words beside it say what it means, so that it is hidden
// from readers of the screen.
func icon(name string) template.HTML {
	shape, ok := icons[name]
	if !ok {
		shape = icons["question"]
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" ` +
		`stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">` + shape + `</svg>`)
}
