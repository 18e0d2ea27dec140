package buildkit

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// TestRealLogin lets the daemon pull from and push to a registry that asks for a login.
func TestRealLogin(t *testing.T) {
	r := setup(t)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("me:hunter2"))
	for name, tc := range map[string]struct{ challenge, want, password string }{
		"basic":        {`Basic realm="x"`, basic, "hunter2"},
		"bearer":       {`Bearer realm="HOST/token",service="s"`, "Bearer bearer-of-good-news", "hunter2"},
		"basic wrong":  {`Basic realm="x"`, basic, "hunter3-wrong"},
		"bearer wrong": {`Bearer realm="HOST/token",service="s"`, "Bearer bearer-of-good-news", "hunter3-wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			s := imagetest.Real(t)
			s.Guard(tc.challenge, tc.want)
			reg := newClient(t, map[string]registry.Settings{s.Host: {Username: "me", Password: tc.password}})
			b, err := New(r.builder.options, reg)
			must(t, err)
			dir := lay(
				t, t.TempDir(),
				map[string]string{
					"Dockerfile": "FROM " + s.Host + "/library/busybox:1.36\nRUN echo " + t.Name() + time.Now().String() + " >/x\n",
				},
			)
			p := prepare(
				t, image.Spec{Repository: strings.Replace(r.repo, r.host, s.Host, 1), Dockerfile: &image.Dockerfile{Context: dir}},
			)
			var log logOf
			// Build itself is called, since Ensure would find out by its first question.
			digest, err := b.Build(
				t.Context(),
				image.BuildRequest{Reference: p.Reference, Dockerfile: []byte(readFile(t, dir+"/Dockerfile")), Key: t.Name()},
				log.add,
			)
			if text := log.String() + fmt.Sprintf("%v %+v", err, err); strings.Contains(text, "hunter") || strings.Contains(text, "bearer-of-good-news") {
				t.Error(text)
			}
			if strings.HasSuffix(name, "wrong") {
				if err == nil {
					t.Error("a wrong password was enough")
				}
				return
			}
			must(t, err)
			must(t, reg.Tag(t.Context(), p.Reference, digest))
		})
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

// TestRealTLS puts TLS with client certificates before the daemon.
func TestRealTLS(t *testing.T) {
	r := setup(t)
	network, address := "tcp", strings.TrimPrefix(os.Getenv("KFP_TEST_BUILDKIT"), "tcp://")
	if a, ok := strings.CutPrefix(address, "unix://"); ok {
		network, address = "unix", a
	}
	ca, caKey := newCertificate(t, nil, nil)
	server, serverKey := newCertificate(t, ca, caKey)
	mine, mineKey := newCertificate(t, ca, caKey)
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{server.Raw}, PrivateKey: serverKey}},
		ClientCAs:    pool, ClientAuth: tls.RequireAndVerifyClientCert, NextProtos: []string{"h2"},
	})
	must(t, err)
	defer l.Close()
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				out, err := net.Dial(network, address)
				if err != nil {
					return
				}
				defer out.Close()
				go func() { _, _ = io.Copy(out, in); out.Close() }()
				_, _ = io.Copy(in, out)
			}()
		}
	}()
	key, err := x509.MarshalECPrivateKey(mineKey)
	must(t, err)
	good := &TLS{CA: asPEM("CERTIFICATE", ca.Raw), Cert: asPEM("CERTIFICATE", mine.Raw), Key: asPEM("EC PRIVATE KEY", key)}
	for name, tc := range map[string]struct {
		tls *TLS
		ok  bool
	}{
		"all certificates":      {good, true},
		"a name of its own":     {&TLS{CA: good.CA, Cert: good.Cert, Key: good.Key, ServerName: "buildkitd"}, true},
		"none of the client's":  {&TLS{CA: good.CA}, false},
		"an unknown authority":  {&TLS{Cert: good.Cert, Key: good.Key}, false},
		"another server's name": {&TLS{CA: good.CA, Cert: good.Cert, Key: good.Key, ServerName: "other.example.com"}, false},
		"no TLS":                {nil, false},
	} {
		b, err := New(Options{Address: "tcp://" + l.Addr().String(), TLS: tc.tls, Connect: time.Second}, r.client)
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		_, err = b.Build(
			ctx, image.BuildRequest{Reference: ref(t, r.repo+":tls"), Dockerfile: []byte("FROM busybox:1.36\n"), Key: "x"}, nil,
		)
		cancel()
		if (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && !strings.Contains(err.Error(), "the builder does not answer") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func asPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// newCertificate makes an authority, or a certificate of one for 127.0.0.1.
func newCertificate(
	t testing.TB, ca *x509.Certificate, caKey *ecdsa.PrivateKey,
) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"buildkitd"}, ExtKeyUsage: []x509.ExtKeyUsage{
			x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth,
		},
	}
	parent, signer := ca, caKey
	if ca == nil {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	must(t, err)
	out, err := x509.ParseCertificate(der)
	must(t, err)
	return out, key
}
