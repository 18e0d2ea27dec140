package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"
)

// forward relays TCP connections, LISTEN=TARGET each. Servers listen on
// 127.0.0.1 for everything outside pods; pods reach them through the node
// address, on which only this relay listens.
func forward(pairs []string) error {
	errs := make(chan error)
	for _, pair := range pairs {
		from, to, ok := strings.Cut(pair, "=")
		if !ok {
			return fmt.Errorf("want LISTEN=TARGET, not %q", pair)
		}
		l, err := net.Listen("tcp", from)
		if err != nil {
			return err
		}
		log.Printf("forwarding %s to %s", from, to)
		go func() { errs <- serveForward(l, to) }()
	}
	return <-errs
}

func serveForward(l net.Listener, target string) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go relay(conn, target)
	}
}

func relay(client net.Conn, target string) {
	defer client.Close()
	server, err := net.Dial("tcp", target)
	if err != nil {
		log.Printf("%s: %v", target, err)
		return
	}
	defer server.Close()
	var both sync.WaitGroup
	both.Go(func() { pipe(server, client) })
	both.Go(func() { pipe(client, server) })
	both.Wait()
}

// pipe copies one direction and passes the end of the stream on, so that a
// half-closed connection, as kubectl exec uses it, stays usable the other way.
func pipe(to, from net.Conn) {
	io.Copy(to, from)
	if t, ok := to.(*net.TCPConn); ok {
		t.CloseWrite()
	}
}
