package transforms_test

// multicastSubjects are covered by tests of their own, in which one stream becomes many, or many become one.
func multicastSubjects() []subject {
	return []subject{
		covered("Broadcast", TestBroadcast),
		covered("Share", TestShare),
		covered("ShareReplay", TestShareReplay),
		covered("NewPublishSubject", TestPublishSubject),
		covered("NewBehaviorSubject", TestBehaviorSubject),
		covered("NewReplaySubject", TestReplaySubject),
		covered("NewBroadcastHub", TestBroadcastHub),
		covered("NewMergeHub", TestMergeHub),
	}
}
