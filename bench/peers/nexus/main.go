// Nexus with ticket authentication, for `npm run bench -- --url nexus=...`: nexusd itself only knows anonymous sessions.
package main

import (
	"errors"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/gammazero/nexus/v3/router"
	"github.com/gammazero/nexus/v3/router/auth"
)

const (
	address = "127.0.0.1:8080"
	realm   = "realm1"
	authID  = "bench"
	ticket  = "bench-ticket"
)

type keyStore struct{}

func (keyStore) AuthKey(id, _ string) ([]byte, error) {
	if id != authID {
		return nil, errors.New("no such user")
	}
	return []byte(ticket), nil
}

func (keyStore) PasswordInfo(string) (string, int, int) { return "", 0, 0 }

func (keyStore) Provider() string { return "static" }

func (keyStore) AuthRole(string) (string, error) { return "bench", nil }

func main() {
	logger := log.New(os.Stderr, "", log.LstdFlags)
	tickets := auth.NewTicketAuthenticator(keyStore{}, 10*time.Second)
	r, err := router.NewRouter(&router.Config{
		RealmConfigs: []*router.RealmConfig{{
			URI:            realm,
			Authenticators: []auth.Authenticator{tickets},
		}},
	}, logger)
	if err != nil {
		logger.Fatal(err)
	}
	server := router.NewWebsocketServer(r)
	// The default of 64 loses invocations when a client has 64 calls in flight.
	server.OutQueueSize = 1024
	closer, err := server.ListenAndServe(address)
	if err != nil {
		logger.Fatal(err)
	}
	logger.Printf("ws://%s/, process %d", address, os.Getpid())
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	<-stop
	closer.Close()
	r.Close()
}
