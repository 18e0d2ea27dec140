package compile

import (
	"strconv"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// unusedKey makes Argo's validation take an artifact that an expression chooses. It is never looked at.
const unusedKey = "chosen-by-expression"

// InputArtifact passes an artifact to an input, and its metadata. What an expression gives may be nil where the input
// is optional.
func InputArtifact(name, raw string, of Texts, in spec.Input) (wfv1.Artifact, string, error) {
	t, err := of.text(raw)
	if err != nil {
		return wfv1.Artifact{Name: name}, "", err
	}
	a, err := artifactArgument(name, raw, t, in.Type)
	if err != nil {
		return a, "", err
	}
	a.Optional = a.Optional || mayBeMissing(in)
	if in.TakesNil() && a.From != "" && isMissing(t) {
		meta, err := ofMetadata(t).CompileOptional(spec.String)
		return a, meta, err
	}
	if a.FromExpression == "" || !in.TakesNil() {
		meta, err := artifactMetadata(raw, t)
		return a, meta, err
	}
	if a.FromExpression, err = t.CompileOptionalFrom(in.Type); err != nil {
		return a, "", err
	}
	meta, err := ofMetadata(t).CompileOptional(spec.String)
	return a, meta, err
}

// isMissing reports whether a text is an artifact that its task may have left out.
func isMissing(t *expr.Typed) bool {
	name, _ := t.Bare()
	v, _ := t.Env().Lookup(name)
	return v.Missing
}

// givesNone tells the template of a DAG about the artifact that does not exist, if one of its tasks takes that.
func givesNone(t *wfv1.Template) {
	for _, task := range t.DAG.Tasks {
		for _, a := range task.Arguments.Artifacts {
			if strings.Contains(a.FromExpression, expr.NoArtifact) {
				t.Inputs.Artifacts = append(t.Inputs.Artifacts, wfv1.Artifact{Name: expr.NoArtifact, Optional: true})
				return
			}
		}
	}
}

// artifactArgument passes an artifact to a task: that of another task, a choice between some, what a loop left, or an
// object that exists already.
func artifactArgument(name, raw string, t *expr.Typed, want spec.Type) (wfv1.Artifact, error) {
	if spec.IsImport(raw) {
		return importedArtifact(name, raw, t.Env())
	}
	a := wfv1.Artifact{Name: name}
	reference, bare := t.Bare()
	if !bare {
		code, err := t.CompileValueFrom(want)
		a.FromExpression, a.ArtifactLocation = code, keyOnly(unusedKey)
		return a, err
	}
	v, _ := t.Env().Lookup(reference)
	if v.Coding == expr.Collected {
		task, output := splitArtifact(v.Argo)
		a.ArtifactLocation, a.Archive, a.Optional = keyOnly(layout.ListsPlace+"/"+task+"/"+output), unpacked(), true
		return a, nil
	}
	a.From = "{{" + v.Argo + "}}"
	return a, nil
}

// splitArtifact takes tasks.t.outputs.artifacts.x apart.
func splitArtifact(argo string) (task, output string) {
	task, output, _ = strings.Cut(strings.TrimPrefix(argo, "tasks."), ".outputs.artifacts.")
	return task, output
}

// ArtifactOutput is an artifact that a pipeline gives, that of a task or of its own inputs or a choice between some,
// and its metadata.
func ArtifactOutput(name string, t *expr.Typed, want spec.Type) (wfv1.Artifact, *wfv1.ValueFrom, error) {
	a := wfv1.Artifact{Name: name}
	metadata, of := ofMetadata(t), spec.String
	reference, isBare := t.Bare()
	if isBare {
		v, _ := metadata.Env().Lookup(reference)
		of = v.Type
	}
	meta, err := outputFrom(metadata, of)
	if err != nil {
		return a, nil, err
	}
	meta.Default = wfv1.AnyStringPtr("")
	if isBare {
		// A list that a loop made is where the caller wants it.
		if v, _ := t.Env().Lookup(reference); v.Coding != expr.Collected {
			a.From = "{{" + v.Argo + "}}"
		}
		return a, meta, nil
	}
	a.FromExpression, err = t.CompileValueFrom(want)
	return a, meta, err
}

// artifactMetadata is the metadata of the artifact that a text chooses, or of each in a list.
func artifactMetadata(raw string, t *expr.Typed) (string, error) {
	if spec.IsImport(raw) {
		uri, err := t.CompileJSONString()
		return `{"uri":` + uri + `}`, err
	}
	metadata, want := ofMetadata(t), spec.String
	if name, ok := metadata.Bare(); ok {
		v, _ := metadata.Env().Lookup(name)
		want = v.Type
	}
	return metadata.CompileOr(want, "")
}

// The key names that Argo's own examples have in the secrets of buckets.
const (
	accessKeyName      = "accesskey"
	secretKeyName      = "secretkey"
	serviceAccountName = "serviceAccountKey"
	amazonEndpoint     = "s3.amazonaws.com"
)

// importedArtifact is an object that exists already.
func importedArtifact(name, text string, env expr.Env) (wfv1.Artifact, error) {
	a := wfv1.Artifact{Name: name}
	i, err := spec.ParseImport(text)
	if err != nil {
		return a, err
	}
	if i.Whole != "" {
		parts := "split(trimPrefix(string(" + i.Whole + `), "` + i.Scheme + `://"), "/")`
		// Argo judges a template with texts that are no addresses, and refuses an empty key.
		i.Bucket = "{{ " + parts + "[0] }}"
		i.Key = "{{ len(" + parts + ") > 1 ? join(" + parts + `[1:], "/") : ` + parts + "[0] }}"
	}
	key, err := CompileText(i.Key, env, spec.String)
	if err != nil {
		return a, err
	}
	if i.Bucket, err = CompileText(i.Bucket, env, spec.String); err != nil {
		return a, err
	}
	switch i.Scheme {
	case "s3":
		a.S3 = &wfv1.S3Artifact{Key: key, S3Bucket: bucketOf(i)}
	case "gs":
		a.GCS = &wfv1.GCSArtifact{Key: key, GCSBucket: gcsBucketOf(i)}
	case spec.RepositoryScheme:
		a.ArtifactLocation = keyOnly(key)
	default:
		a.HTTP = &wfv1.HTTPArtifact{URL: key}
	}
	return a, nil
}

// bucketOf is the bucket of an S3 address. Without a secret, the pod's own identity is used.
func bucketOf(i spec.Import) wfv1.S3Bucket {
	b := wfv1.S3Bucket{Bucket: i.Bucket, Endpoint: i.Options["endpoint"], Region: i.Options["region"]}
	if b.Endpoint == "" {
		b.Endpoint = amazonEndpoint
	}
	if insecure, err := strconv.ParseBool(i.Options["insecure"]); err == nil {
		b.Insecure = &insecure
	}
	if secret := i.Options["secret"]; secret != "" {
		b.AccessKeySecret = keyOf(secret, i.Options["access_key"], accessKeyName)
		b.SecretKeySecret = keyOf(secret, i.Options["secret_key"], secretKeyName)
	} else {
		b.UseSDKCreds = true
	}
	return b
}

// gcsBucketOf is the bucket of an address of Google's store.
func gcsBucketOf(i spec.Import) wfv1.GCSBucket {
	b := wfv1.GCSBucket{Bucket: i.Bucket}
	if secret := i.Options["secret"]; secret != "" {
		b.ServiceAccountKeySecret = keyOf(secret, i.Options["key"], serviceAccountName)
	}
	return b
}

func keyOf(secret, key, fallback string) *corev1.SecretKeySelector {
	if key == "" {
		key = fallback
	}
	return &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: secret}, Key: key}
}

// listKeys are where a loop keeps its artifacts, without the index.
func listKeys(name string, outputs map[string]spec.Output) map[string]string {
	keys := map[string]string{}
	for output, o := range outputs {
		if o.Type.IsArtifact() {
			keys[output] = listPlace(name, output)
		}
	}
	return keys
}

// relocate makes the consumers of lists look where the caller of the pipeline wants those to be kept.
func relocate(taken wfv1.Artifacts, keys map[string]map[string]string) {
	for task, outputs := range keys {
		for output, key := range outputs {
			for i := range taken {
				if s3 := taken[i].S3; s3 != nil && s3.Key == listPlace(task, output) {
					s3.Key = key
				}
			}
		}
	}
}

// listPlace is where the artifacts of a task are kept unless the caller of the pipeline wants them elsewhere.
func listPlace(task, output string) string {
	return layout.ListsPlace + "/" + layout.TaskName(task) + "/" + output
}

// keyArguments tell a task where to keep its artifacts.
func keyArguments(keys map[string]string, env expr.Env, isLoop bool) ([]wfv1.Parameter, error) {
	var given []wfv1.Parameter
	for _, output := range spec.Names(keys) {
		key := keys[output]
		if isLoop {
			index, err := CompileText("{{ each.index }}", env, spec.Integer)
			if err != nil {
				return nil, err
			}
			key += "/" + index
		}
		given = append(given, wfv1.Parameter{Name: layout.KeyParameter(output), Value: wfv1.AnyStringPtr(key)})
	}
	return given, nil
}

// ArtifactText is all that an argument says of where an artifact comes from.
func ArtifactText(a wfv1.Artifact) string {
	a.Name, a.Optional = "", false
	text, err := wire.Marshal(a)
	if err != nil {
		return a.From + a.FromExpression
	}
	return text
}
