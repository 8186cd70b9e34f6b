package transforms

// NewReaderPair is newReaderPair for the tests.
var NewReaderPair = newReaderPair
