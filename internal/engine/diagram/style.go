package diagram

import "strings"

// style is one rule with its colours on light and on dark ground.
type style struct{ selector, light, dark string }

// geometry holds what does not depend on the theme. Everything is below the class kfp, so that a picture put into a
// page does not colour the page.
const geometry = `.kfp text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;text-anchor:middle}` +
	`.kfp .name{font-size:13px;font-weight:600}.kfp .sub{font-size:11px}.kfp .row{font-size:10.5px;text-anchor:start}.kfp .pill{font-size:11px}` +
	`.kfp .heading{font-size:15px;font-weight:600;text-anchor:start}.kfp .caption{font-size:11px;text-anchor:start}` +
	`.kfp .box{stroke-width:1.4}.kfp rect.line{fill:none;stroke-width:1.4}.kfp rect.inner{stroke-width:1}.kfp .wire{fill:none;stroke-width:1.4}` +
	`.kfp .order.wire{stroke-width:1.1}.kfp .gated.wire,.kfp .exit.wire{stroke-dasharray:5 4}.kfp .exitframe{stroke-dasharray:6 4}` +
	`.kfp .icon{fill:none;stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}`

var styles = []style{
	{".ground", "fill:#ffffff", "fill:#0d1117"},
	{"text", "fill:#1f2328", "fill:#e6edf3"},
	{".sub,.kfp .caption", "fill:#59636e", "fill:#9aa4b0"},
	{".frame", "fill:#fbfcfd;stroke:#d0d7de", "fill:#11161d;stroke:#3a424d"},
	{".task", "fill:#f4f7fe;stroke:#5674c8", "fill:#17213a;stroke:#7390e6"},
	{".nested", "fill:#f8f5ff;stroke:#8263cf", "fill:#1d1831;stroke:#a48be8"},
	{".approval", "fill:#fff8e6;stroke:#bd8617", "fill:#2b2210;stroke:#d6a444"},
	{".parameter", "fill:#ebf7ef;stroke:#4f9d6b", "fill:#12281b;stroke:#5fb37e"},
	{".output", "fill:#fdf0f2;stroke:#c4606f", "fill:#2f171b;stroke:#dc7f8d"},
	{".whenband", "fill:#ffeecb", "fill:#40310e"},
	{".runband", "fill:#fbe3e1", "fill:#421d1a"},
	{".loopband", "fill:#e2eafc", "fill:#22305a"},
	{".nested-band", "fill:#ece4fd", "fill:#2f2552"},
	{".when", "fill:#6b4700", "fill:#f0c674"},
	{".run", "fill:#8c2a22", "fill:#f2a19a"},
	{".loop", "fill:#2c478f", "fill:#a9bdf5"},
	{".icon.when", "fill:none;stroke:#6b4700", "fill:none;stroke:#f0c674"},
	{".icon.run", "fill:none;stroke:#8c2a22", "fill:none;stroke:#f2a19a"},
	{".icon.loop", "fill:none;stroke:#2c478f", "fill:none;stroke:#a9bdf5"},
	{".icon.hold", "fill:none;stroke:#bd8617", "fill:none;stroke:#d6a444"},
	{".data.wire", "stroke:#5b6b8c", "stroke:#94a3c4"},
	{".data.tip", "fill:#5b6b8c", "fill:#94a3c4"},
	{".order.wire", "stroke:#7f8a99", "stroke:#737e8d"},
	{".order.tip", "fill:#7f8a99", "fill:#737e8d"},
	{".gated.wire", "stroke:#b5483f", "stroke:#e58a82"},
	{".gated.tip", "fill:#b5483f", "fill:#e58a82"},
	{".exit.wire", "stroke:#59636e", "stroke:#9aa4b0"},
	{".exit.tip", "fill:#59636e", "fill:#9aa4b0"},
}

// What a run adds. A sign stands beside each colour, and the boxes of what has not run are dashed; the colours are those
// that the common kinds of colour blindness leave apart in hue or in lightness.
const runGeometry = `.kfp .idle.box,.kfp .skipped.box,.kfp .idle.line,.kfp .skipped.line{stroke-dasharray:4 3}` +
	`.kfp .failed.box,.kfp .failed.line{stroke-width:2.4}.kfp .icon{stroke-width:1.8}.kfp .icon.running{stroke-width:1.4}`

var runStyles = []style{
	{".succeededband", "fill:#d7efe3", "fill:#10362a"},
	{".failedband", "fill:#fbdcd5", "fill:#4d1a12"},
	{".runningband", "fill:#d9e8fb", "fill:#14304f"},
	{".waitingband,.kfp .idleband,.kfp .skippedband", "fill:#eceef1", "fill:#262c35"},
	{".succeeded", "fill:#0b5f43", "fill:#6fd6ac"},
	{".failed", "fill:#9a1c06", "fill:#ffa08c"},
	{".running", "fill:#0b4a8f", "fill:#8fc1ff"},
	{".waiting,.kfp .idle,.kfp .skipped", "fill:#4b5560", "fill:#aab4bf"},
	{".icon.succeeded", "fill:none;stroke:#0b5f43", "fill:none;stroke:#6fd6ac"},
	{".icon.failed", "fill:none;stroke:#9a1c06", "fill:none;stroke:#ffa08c"},
	{".icon.running", "fill:#0b4a8f;stroke:#0b4a8f", "fill:#8fc1ff;stroke:#8fc1ff"},
	{".icon.waiting,.kfp .icon.idle,.kfp .icon.skipped", "fill:none;stroke:#4b5560", "fill:none;stroke:#aab4bf"},
	{".succeeded.box", "fill:#f6fbf9;stroke:#1f8f68", "fill:#0f1f1a;stroke:#3fae84"},
	{".failed.box", "fill:#fff7f5;stroke:#c2361b", "fill:#2a1310;stroke:#f07f68"},
	{".running.box", "fill:#f5f9ff;stroke:#1f6fc4", "fill:#101d2e;stroke:#5fa3f0"},
	{".waiting.box,.kfp .idle.box,.kfp .skipped.box", "fill:#f7f8f9;stroke:#7b8794", "fill:#171b21;stroke:#79848f"},
	{".line.succeeded", "fill:none;stroke:#1f8f68", "fill:none;stroke:#3fae84"},
	{".line.failed", "fill:none;stroke:#c2361b", "fill:none;stroke:#f07f68"},
	{".line.running", "fill:none;stroke:#1f6fc4", "fill:none;stroke:#5fa3f0"},
	{".line.waiting,.kfp .line.idle,.kfp .line.skipped", "fill:none;stroke:#7b8794", "fill:none;stroke:#79848f"},
}

// styleSheet writes the rules of a theme. run: the picture shows a run.
func styleSheet(t Theme, run bool) string {
	var b strings.Builder
	b.WriteString(geometry)
	styles := styles
	if run {
		b.WriteString(runGeometry)
		styles = append(styles[:len(styles):len(styles)], runStyles...)
	}
	rules := func(colours func(style) string) {
		for _, s := range styles {
			b.WriteString(".kfp " + s.selector + "{" + colours(s) + "}")
		}
	}
	light := func(s style) string { return s.light }
	dark := func(s style) string { return s.dark }
	switch t {
	case Dark:
		rules(dark)
	case Light:
		rules(light)
	default:
		rules(light)
		b.WriteString("@media (prefers-color-scheme:dark){")
		rules(dark)
		b.WriteString("}")
	}
	return b.String()
}
