package transforms_test

func adaptSubjects() []subject {
	return []subject{
		covered("WriterSink", TestWriterSinkErrors),
		covered("Discard", TestDiscard),
		covered("ToSlice", TestToSlice),
		covered("ToMap", TestToMap),
		covered("ToChan", TestToChan),
		covered("ToResponse", TestToResponse),
		covered("NewReader", TestNewReader),
		covered("FromReadCloser", TestFromReadCloser),
		covered("FromConn", TestFromConn),
		covered("FromScanner", TestFromScanner),
		covered("FromEmitter", TestFromEmitter),
		covered("Pipe", TestPipe),
		covered("Tail", TestTail),
	}
}
