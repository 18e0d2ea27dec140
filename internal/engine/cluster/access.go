package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	authv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// Missing returns what this client's user is not allowed to do, out of the wanted. One request lists what is allowed.
// As that list may be incomplete, what it lacks is asked for one by one.
func (c *Client) Missing(
	ctx context.Context, namespace string, wanted []backend.Permission,
) ([]backend.Permission, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	review, err := conn.typed.AuthorizationV1().SelfSubjectRulesReviews().Create(ctx, &authv1.SelfSubjectRulesReview{
		Spec: authv1.SelfSubjectRulesReviewSpec{Namespace: namespace},
	}, metav1.CreateOptions{})
	var rules []authv1.ResourceRule
	if err == nil {
		rules = review.Status.ResourceRules
	}
	return eachVerb(ctx, wanted, func(ctx context.Context, group, resource, verb string) (bool, error) {
		if allowedBy(rules, group, resource, verb) {
			return true, nil
		}
		answer, err := conn.typed.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authv1.SelfSubjectAccessReview{
			Spec: authv1.SelfSubjectAccessReviewSpec{ResourceAttributes: attributesOf(namespace, group, resource, verb)},
		}, metav1.CreateOptions{})
		if err != nil {
			return false, explain(err, backend.Kind{Resource: "selfsubjectaccessreviews"}, "", "")
		}
		return answer.Status.Allowed, nil
	})
}

// MissingFor returns what a service account is not allowed to do in its namespace, out of the wanted.
func (c *Client) MissingFor(
	ctx context.Context, namespace, serviceAccount string, wanted []backend.Permission,
) ([]backend.Permission, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	return eachVerb(ctx, wanted, func(ctx context.Context, group, resource, verb string) (bool, error) {
		// The local kind is itself an object of the namespace, so that a Role can allow it.
		answer, err := conn.typed.AuthorizationV1().LocalSubjectAccessReviews(namespace).Create(ctx, &authv1.LocalSubjectAccessReview{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace},
			Spec: authv1.SubjectAccessReviewSpec{
				User: fmt.Sprintf("system:serviceaccount:%s:%s", namespace, serviceAccount),
				Groups: []string{
					"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated",
				},
				ResourceAttributes: attributesOf(namespace, group, resource, verb),
			},
		}, metav1.CreateOptions{})
		if err != nil {
			return false, explain(err, backend.Kind{Resource: "localsubjectaccessreviews"}, namespace, "")
		}
		return answer.Status.Allowed, nil
	})
}

// eachVerb asks about every verb of every permission and returns those that are not allowed.
func eachVerb(
	ctx context.Context, wanted []backend.Permission,
	allowed func(ctx context.Context, group, resource, verb string) (bool, error),
) ([]backend.Permission, error) {
	denied := make([][]bool, len(wanted))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, p := range wanted {
		denied[i] = make([]bool, len(p.Verbs))
		for j, verb := range p.Verbs {
			group.Go(func() error {
				ok, err := allowed(ctx, p.Group, p.Resource, verb)
				denied[i][j] = !ok
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var missing []backend.Permission
	for i, p := range wanted {
		var verbs []string
		for j, verb := range p.Verbs {
			if denied[i][j] {
				verbs = append(verbs, verb)
			}
		}
		if len(verbs) > 0 {
			missing = append(missing, backend.Permission{Group: p.Group, Resource: p.Resource, Verbs: verbs})
		}
	}
	return missing, nil
}

func attributesOf(namespace, group, resource, verb string) *authv1.ResourceAttributes {
	resource, sub, _ := strings.Cut(resource, "/")
	return &authv1.ResourceAttributes{Namespace: namespace, Group: group, Resource: resource, Subresource: sub, Verb: verb}
}

// allowedBy reports whether a rule without names of objects allows the verb.
func allowedBy(rules []authv1.ResourceRule, group, resource, verb string) bool {
	has := func(list []string, item string) bool {
		return slices.Contains(list, item) || slices.Contains(list, "*")
	}
	return slices.ContainsFunc(rules, func(r authv1.ResourceRule) bool {
		return len(r.ResourceNames) == 0 && has(r.APIGroups, group) && has(r.Resources, resource) && has(r.Verbs, verb)
	})
}

// Kinds returns the resources of an API group's version that the cluster serves. No error and no kinds: it has none.
func (c *Client) Kinds(ctx context.Context, groupVersion string) (map[string]bool, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	list, err := conn.typed.Discovery().ServerResourcesForGroupVersion(groupVersion)
	kinds := map[string]bool{}
	if err != nil {
		if err = explain(err, backend.Kind{Resource: groupVersion}, "", ""); backend.ReasonOf(err) == backend.NoSuchKind || backend.IsNotFound(err) {
			return kinds, nil
		}
		return nil, err
	}
	for _, r := range list.APIResources {
		kinds[r.Name] = true
	}
	return kinds, nil
}

// HasServiceAccount reports whether a service account exists.
func (c *Client) HasServiceAccount(ctx context.Context, namespace, name string) (bool, error) {
	conn, err := c.connect()
	if err != nil {
		return false, err
	}
	_, err = conn.typed.CoreV1().ServiceAccounts(namespace).Get(ctx, name, metav1.GetOptions{})
	if err = explain(err, backend.Kind{Version: "v1", Resource: "serviceaccounts"}, namespace, name); backend.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// HasNamespace tells whether a namespace exists. Who may not read it gets an error.
func (c *Client) HasNamespace(ctx context.Context, namespace string) (bool, error) {
	conn, err := c.connect()
	if err != nil {
		return false, err
	}
	_, err = conn.typed.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if err = explain(err, backend.Kind{Version: "v1", Resource: "namespaces"}, "", namespace); backend.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}
