module github.com/weirstreams/weir/examples

go 1.26

require github.com/weirstreams/weir v0.0.0

replace github.com/weirstreams/weir => ../
