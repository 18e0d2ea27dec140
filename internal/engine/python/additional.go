package python

// openAdditional reads the sources that run before the function.
func (a *analysis) openAdditional() {
	for _, src := range a.options.Additional {
		f := open(src)
		if f.module != nil {
			a.additional = append(a.additional, f)
		}
		a.others = append(a.others, f.findings...)
		f.findings = nil
	}
}

// checkAdditional finds the names that the additional sources use and nothing defines.
func (a *analysis) checkAdditional() {
	defined := map[string]bool{a.def.name: true}
	unknown := false
	for _, f := range a.additional {
		for name := range f.definedNames() {
			defined[name] = true
		}
		starred(f, defined)
		unknown = unknown || a.unknowable(f)
	}
	if !a.options.Lightweight {
		for name := range a.definedNames() {
			defined[name] = true
		}
	}
	known := func(name string) bool {
		return defined[name] || builtinNames[name] || a.options.Lightweight && runtimeNames[name]
	}
	for _, f := range a.additional {
		if !unknown {
			a.undefined(f, known, nil)
		}
		if a.options.Lightweight {
			a.checkImports(f, f.body)
		}
		a.others = append(a.others, f.findings...)
		f.findings = nil
	}
}
