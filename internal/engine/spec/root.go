package spec

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// rootSchemes are those of the stores in which a pipeline root can be.
const rootSchemes = "s3://bucket/prefix or gs://bucket/prefix"

var (
	rootBucket = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9]$`)
	rootPrefix = regexp.MustCompile(`^[A-Za-z0-9._=/+@:~-]*$`)
)

// ParseRoot reads the address below which the artifacts of a pipeline's runs are kept: a bucket and, as its key, the
// prefix, which may be empty and ends without a slash. The options are those of an import.
func ParseRoot(text string) (Import, error) {
	if strings.ContainsAny(text, "{}") {
		return Import{}, errBraces(text)
	}
	i, err := parseAddress(text)
	options := strings.Join(slices.Collect(maps.Values(i.Options)), "")
	switch {
	case err != nil:
		return i, err
	case strings.ContainsAny(options, "{}"):
		return i, errBraces(text)
	case !utf8.ValidString(options):
		return i, fmt.Errorf("the options of %q hold what is no text; write a percent sign as %%25", text)
	case i.Scheme == RepositoryScheme:
		return i, fmt.Errorf("%q is in the artifact repository of the namespace, whose description alone says where in it "+
			"artifacts are kept (its keyFormat); write the bucket itself, %s, or artifact_repository", text, rootSchemes)
	case i.Scheme != "s3" && i.Scheme != "gs":
		return i, fmt.Errorf("%q is no bucket; write %s", text, rootSchemes)
	case !rootBucket.MatchString(i.Bucket):
		return i, fmt.Errorf("%q cannot be the name of a bucket: letters, digits, dots and hyphens", i.Bucket)
	}
	i.Key = strings.TrimSuffix(i.Key, "/")
	switch clean := strings.TrimPrefix(path.Clean("/"+i.Key), "/"); {
	case !rootPrefix.MatchString(i.Key):
		return i, fmt.Errorf("the prefix %q holds what keys of artifacts cannot have; write letters, digits and any of ._=/+@:~-", i.Key)
	case clean != i.Key:
		return i, fmt.Errorf("the prefix %q is not the shortest way to say so; write %q", i.Key, clean)
	}
	return i, nil
}

// errBraces refuses what Argo would evaluate.
func errBraces(text string) error {
	return fmt.Errorf("%q holds braces; the place is the same for all runs, so write it as it is", text)
}
