package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authority is a certificate authority of the cluster.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	pem  []byte
}

const certYears = 10

func newAuthority(name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: randomSerial(), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(certYears, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert, key, encodePEM("CERTIFICATE", der)}, err
}

func randomSerial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // the system has no randomness: nothing sensible can follow
	}
	return n
}

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// issue makes a certificate that serves as a client's and as a server's.
func (a *authority) issue(name string, groups, hosts []string) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: randomSerial(), Subject: pkix.Name{CommonName: name, Organization: groups},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(certYears, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, nil, err
	}
	keyPEM, err = privateKeyPEM(key)
	return encodePEM("CERTIFICATE", der), keyPEM, err
}

func privateKeyPEM(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return encodePEM("PRIVATE KEY", der), err
}

// ensurePKI makes all keys, certificates and kubeconfigs of the cluster once.
// They appear together or not at all.
func (c *cluster) ensurePKI() error {
	dir := c.path("pki")
	if isDir(dir) {
		return nil
	}
	tmp := dir + ".new"
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return err
	}
	if err := writePKI(tmp, c.api); err != nil {
		return err
	}
	return os.Rename(tmp, dir)
}

func writePKI(dir, api string) error {
	ca, err := newAuthority("devcluster-ca")
	if err != nil {
		return err
	}
	// Aggregated API requests have an authority of their own, so that no
	// ordinary client certificate can pose as the front proxy.
	proxyCA, err := newAuthority("devcluster-front-proxy-ca")
	if err != nil {
		return err
	}
	accounts, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	accountsPub, err := x509.MarshalPKIXPublicKey(accounts.Public())
	if err != nil {
		return err
	}
	s3, err := json.Marshal(s3Credentials{Access: "devcluster", Secret: rand.Text()})
	if err != nil {
		return err
	}
	w := &pkiWriter{dir: dir, api: api}
	w.write("s3.json", s3)
	w.write("ca.crt", ca.pem)
	w.writeKey("ca.key", ca.key)
	w.write("front-proxy-ca.crt", proxyCA.pem)
	w.writeKey("sa.key", accounts)
	w.write("sa.pub", encodePEM("PUBLIC KEY", accountsPub))
	w.pair(ca, "apiserver", "kube-apiserver", nil, nodeIP, "127.0.0.1", apiVIP, "localhost", "kubernetes",
		"kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local")
	w.pair(ca, "apiserver-kubelet-client", "kube-apiserver-kubelet-client", []string{"system:masters"})
	w.pair(ca, "kubelet-serving", "system:node:"+nodeName, []string{"system:nodes"}, nodeName, nodeIP)
	w.pair(proxyCA, "front-proxy-client", "front-proxy-client", nil)
	w.kubeconfig(ca, "admin", "devcluster-admin", "system:masters")
	w.kubeconfig(ca, "controller-manager", "system:kube-controller-manager")
	w.kubeconfig(ca, "scheduler", "system:kube-scheduler")
	w.kubeconfig(ca, "kube-proxy", "system:kube-proxy")
	w.kubeconfig(ca, "kubelet", "system:node:"+nodeName, "system:nodes")
	return w.err
}

// pkiWriter writes files until the first error.
type pkiWriter struct {
	dir string
	api string // the API server's address, for kubeconfigs
	err error
}

func (w *pkiWriter) write(name string, content []byte) {
	if w.err == nil {
		w.err = os.WriteFile(filepath.Join(w.dir, name), content, 0o600)
	}
}

func (w *pkiWriter) writeKey(name string, key crypto.Signer) {
	content, err := privateKeyPEM(key)
	if w.err == nil {
		w.err = err
	}
	w.write(name, content)
}

func (w *pkiWriter) pair(ca *authority, file, name string, groups []string, hosts ...string) (cert, key []byte) {
	cert, key, err := ca.issue(name, groups, hosts)
	if w.err == nil {
		w.err = err
	}
	w.write(file+".crt", cert)
	w.write(file+".key", key)
	return cert, key
}

func (w *pkiWriter) kubeconfig(ca *authority, file, name string, groups ...string) {
	cert, key := w.pair(ca, file, name, groups)
	b64 := base64.StdEncoding.EncodeToString
	w.write(file+".kubeconfig", fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters: [{name: devcluster, cluster: {server: "https://%s", certificate-authority-data: %s}}]
users: [{name: devcluster, user: {client-certificate-data: %s, client-key-data: %s}}]
contexts: [{name: devcluster, context: {cluster: devcluster, user: devcluster}}]
current-context: devcluster
`, w.api, b64(ca.pem), b64(cert), b64(key)))
}
