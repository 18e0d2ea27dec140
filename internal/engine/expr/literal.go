package expr

// Data writes data as a text with {{ }} in which it stays data. beforeTag says that a {{ }} follows it.
func Data(data string, beforeTag bool) string { return escape(data, beforeTag) }
