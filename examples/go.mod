module github.com/weirstreams/weir/examples

go 1.26

require (
	github.com/weirstreams/weir v0.0.0
	go.uber.org/goleak v1.3.0
)

require (
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/ws v1.5.0 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
)

replace github.com/weirstreams/weir => ../
