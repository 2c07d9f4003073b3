module octavo/interop

go 1.22

require github.com/ybbus/jsonrpc/v3 v3.1.6
