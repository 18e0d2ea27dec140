package cluster

import (
	"encoding/json"
	"errors"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// managedFields are Kubernetes' records of who has set which field of an object.
type managedFields []metav1.ManagedFieldsEntry

// EditedAt reports whether somebody has changed what is at a path, by kubectl edit, say. What nobody owns is a default
// of the server; what another program owns by server-side apply it has declared.
func (entries managedFields) EditedAt(path []string) bool {
	if len(entries) == 0 {
		return true // somebody has taken the records off
	}
	for _, m := range entries {
		if m.Operation == metav1.ManagedFieldsOperationUpdate && m.Subresource == "" && covers(m, path) {
			return true
		}
	}
	return false
}

// AppliedByOthers reports whether another program manages the object by server-side apply.
func (entries managedFields) AppliedByOthers() bool {
	for _, m := range entries {
		if m.Operation == metav1.ManagedFieldsOperationApply && m.Manager != FieldManager {
			return true
		}
	}
	return false
}

// covers reports whether an entry owns what is at a path, or something that it is a part of, such as an atomic list.
func covers(m metav1.ManagedFieldsEntry, path []string) bool {
	if m.FieldsV1 == nil {
		return false
	}
	var fields map[string]any
	if err := json.Unmarshal(m.FieldsV1.GetRawBytes(), &fields); err != nil {
		return true
	}
	for _, key := range path {
		below, ok := fields["f:"+key].(map[string]any)
		if !ok {
			return hasItems(fields)
		}
		if len(below) == 0 {
			return true
		}
		fields = below
	}
	return true
}

// hasItems reports whether fields are those of a list, whose elements are known by keys that a path does not hold.
func hasItems(fields map[string]any) bool {
	for key := range fields {
		if strings.HasPrefix(key, "k:") || strings.HasPrefix(key, "v:") || strings.HasPrefix(key, "i:") {
			return true
		}
	}
	return false
}

// isWithEdits reports whether a conflict is only with changes that others have made once, not with what they declare by
// server-side apply.
func isWithEdits(err error) bool {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return false
	}
	causes := status.Status().Details.Causes
	for _, c := range causes {
		// The API server names the version of an update; of an apply it has the manager alone.
		if c.Type != metav1.CauseTypeFieldManagerConflict || !strings.Contains(c.Message, `" using `) {
			return false
		}
	}
	return len(causes) > 0
}
