package compile

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// LedgerName is the name of the config map in which a backfill keeps what became of its ticks. Runs are removed by
// retention, and an apply that is killed leaves no state.
func LedgerName(backfill string) string { return backfill + "-backfill" }

// Ledger compiles the empty ledger of a backfill.
func Ledger(b spec.Backfill) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{
			Name: LedgerName(b.Name), Namespace: b.Namespace,
			Labels: map[string]string{
				layout.ManagedByLabel: layout.ManagedBy, layout.KindLabel: layout.BackfillKind, layout.NameLabel: b.Name,
				layout.RecurringLabel: b.RecurringRun,
			},
			Annotations: map[string]string{layout.RunAnnotation: BackfillIdentity(b)},
		},
	}
}

// BackfillIdentity is a hash of what makes two backfills of one name the same: their runs are then each other's.
func BackfillIdentity(b spec.Backfill) string {
	return layout.ContentHash([]any{b.Namespace, b.Name, b.RecurringRun, b.Triggers})
}

// SameBackfill reports whether a ledger or a run with these annotations belongs to a backfill.
func SameBackfill(annotations map[string]string, b spec.Backfill) bool {
	return annotations[layout.RunAnnotation] == BackfillIdentity(b)
}

// LedgerPatch notes what became of a tick.
func LedgerPatch(tick time.Time, result spec.TickResult) (map[string]any, error) {
	text, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("encoding the result of tick %s: %w", layout.ScheduledTime(tick), err)
	}
	return map[string]any{"data": map[string]any{strconv.FormatInt(tick.Unix(), 10): string(text)}}, nil
}

// LedgerRemoval takes back what was noted of a tick.
func LedgerRemoval(tick time.Time) map[string]any {
	return map[string]any{"data": map[string]any{strconv.FormatInt(tick.Unix(), 10): nil}}
}

// ReadLedger decodes a ledger, by the Unix time of the ticks. Keys that somebody else has added are left out.
func ReadLedger(into layout.Decoder) (map[int64]spec.TickResult, error) {
	var m corev1.ConfigMap
	if err := into(&m); err != nil {
		return nil, err
	}
	results := make(map[int64]spec.TickResult, len(m.Data))
	for key, text := range m.Data {
		unix, err := strconv.ParseInt(key, 10, 64)
		var result spec.TickResult
		if err != nil || json.Unmarshal([]byte(text), &result) != nil {
			continue
		}
		results[unix] = result
	}
	return results, nil
}

// BackfillRun compiles the run of one tick.
func BackfillRun(b spec.Backfill, tick time.Time) (*wfv1.Workflow, error) {
	wf, err := TickRun(spec.Run{
		Namespace: b.Namespace, Name: BackfillRunName(b.Name, tick), Pipeline: b.Pipeline, Parameters: b.Parameters,
		ServiceAccount: b.ServiceAccount, ScheduledTime: tick, Labels: map[string]string{layout.BackfillLabel: b.Name},
	}, b.Timezone)
	if err != nil {
		return nil, err
	}
	wf.Annotations[layout.RunAnnotation] = BackfillIdentity(b)
	if b.Pinned {
		wf.Spec.WorkflowTemplateRef.Name = layout.PinnedName(b.Pipeline)
	}
	return wf, nil
}

// BackfillRunName is the name of the run of one tick, by which a later apply finds it again.
func BackfillRunName(backfill string, tick time.Time) string {
	return backfill + "-" + strconv.FormatInt(tick.Unix(), 10)
}

// BackfillSelector finds the runs of a backfill.
func BackfillSelector(name string) string { return layout.BackfillLabel + "=" + name }
