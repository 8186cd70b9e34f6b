package transforms

// NewBytePair is newBytePair for the tests.
var NewBytePair = newBytePair
