package buildkit

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"

	"github.com/docker/cli/cli/config/types"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth"
	"github.com/moby/buildkit/session/auth/authprovider"
	"golang.org/x/crypto/nacl/sign"
	"google.golang.org/grpc"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// authServer answers the daemon's questions for credentials from the registry client's keychain. Tokens are fetched
// here, so that a password goes to the daemon only for registries without a token service. BuildKit's own provider
// would write a seed into the user's Docker directory to recognise tokens of earlier sessions; here it lives as long
// as the process.
type authServer struct {
	auth.AuthServer // fetches tokens
	registry        *registry.Client
}

var seed = func() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return b
}()

func newAuth(reg *registry.Client) session.Attachable {
	a := &authServer{registry: reg}
	inner := authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: func(ctx context.Context, host string, _ []string, _ authprovider.ExpireCachedAuthCheck) (types.AuthConfig, error) {
			c, err := reg.Credentials(ctx, host)
			if err != nil {
				return types.AuthConfig{}, err
			}
			return types.AuthConfig{
				Username: c.Username, Password: c.Password, IdentityToken: c.IdentityToken, RegistryToken: c.RegistryToken,
			}, nil
		},
	})
	a.AuthServer, _ = inner.(auth.AuthServer) // which BuildKit's provider always is
	return a
}

// Register implements session.Attachable.
func (a *authServer) Register(s *grpc.Server) { auth.RegisterAuthServer(s, a) }

// FetchToken implements auth.AuthServer.
func (a *authServer) FetchToken(ctx context.Context, req *auth.FetchTokenRequest) (*auth.FetchTokenResponse, error) {
	resp, err := a.AuthServer.FetchToken(ctx, req)
	if err == nil {
		a.registry.Redactor().Add(resp.GetToken())
	}
	return resp, err
}

// GetTokenAuthority implements auth.AuthServer.
func (a *authServer) GetTokenAuthority(
	ctx context.Context, req *auth.GetTokenAuthorityRequest,
) (*auth.GetTokenAuthorityResponse, error) {
	key, err := a.key(ctx, req.Host, req.Salt)
	if err != nil {
		return nil, err
	}
	return &auth.GetTokenAuthorityResponse{PublicKey: key[32:]}, nil
}

// VerifyTokenAuthority implements auth.AuthServer.
func (a *authServer) VerifyTokenAuthority(
	ctx context.Context, req *auth.VerifyTokenAuthorityRequest,
) (*auth.VerifyTokenAuthorityResponse, error) {
	key, err := a.key(ctx, req.Host, req.Salt)
	if err != nil {
		return nil, err
	}
	private := [64]byte(key)
	return &auth.VerifyTokenAuthorityResponse{Signed: sign.Sign(nil, req.Payload, &private)}, nil
}

// key is the same for all sessions of this process that know the same login, so that the daemon may share tokens
// among them and with nobody else.
func (a *authServer) key(ctx context.Context, host string, salt []byte) (ed25519.PrivateKey, error) {
	c, err := a.registry.Credentials(ctx, host)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, salt)
	if c.Password != "" || c.IdentityToken != "" || c.RegistryToken != "" {
		mac.Write(seed)
	}
	return ed25519.NewKeyFromSeed(mac.Sum(nil)), nil
}
