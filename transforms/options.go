package transforms

// optional returns the options that were given, or the zero value, which stands for the defaults.
func optional[O any](given []O) (options O) {
	if len(given) > 0 {
		options = given[0]
	}
	return options
}
