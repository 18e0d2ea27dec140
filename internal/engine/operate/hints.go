package operate

import (
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// hints collects what to do about the causes of failures that Argo and Kubernetes state without a remedy.
type hints struct {
	namespace string // of the run
	list      []string
}

// add looks for known causes in all that a task says.
func (h *hints) add(task spec.TaskStatus) {
	h.addText(task.Message)
	for _, f := range task.Failures {
		h.addText(f.Message)
	}
}

func (h *hints) addText(text string) {
	for _, known := range knownCauses {
		if !known.pattern.MatchString(text) || known.elsewhere && strings.Contains(text, `in the namespace "`+h.namespace+`"`) {
			continue
		}
		if remedy := strings.ReplaceAll(known.remedy, "NAMESPACE", h.namespace); !slices.Contains(h.list, remedy) {
			h.list = append(h.list, remedy)
		}
		return
	}
}

// knownCauses are tried in this order. The guide "Troubleshooting" has the same, by message.
var knownCauses = []struct {
	pattern   *regexp.Regexp
	elsewhere bool // only of what happened in another namespace than the run's
	remedy    string
}{
	{
		regexp.MustCompile(`configmaps "kfp-cache-|configmaps.* is forbidden: .*cannot (get|create|update) resource "configmaps"`), true,
		"Argo's controller keeps what tasks with cache returned in config maps of its own namespace, which its " +
			"installation does not allow it to do. " +
			`Grant it the Role for caching of the guide "Installation and RBAC", or take cache off the task.`,
	},
	{
		regexp.MustCompile(`configmaps is forbidden.*cannot create`), false,
		"Argo's controller passes inputs of more than about 100 KiB through a config map, which its installation does not " +
			"allow it to create in this namespace. " +
			`The guide "Writing components" of this provider shows the Role that it needs; a Dataset needs none.`,
	},
	{
		regexp.MustCompile(`workflowtaskresults.* is forbidden`), false,
		`The run's service account may not report results to Argo. Grant it the Role for runs of the guide "Installation and RBAC": create and patch on workflowtaskresults.argoproj.io.`,
	},
	{
		regexp.MustCompile(`serviceaccount "[^"]*" not found`), false,
		"Create the service account with the Role for runs of the guide \"Installation and RBAC\", or name another one in " +
			"service_account.",
	},
	{
		regexp.MustCompile(`violates PodSecurity`), false,
		"The namespace enforces a Pod Security Standard. Keep to it with security_context of the task. Argo's own " +
			"containers, init and wait, get theirs by executor.securityContext in the controller's config map.",
	},
	{
		regexp.MustCompile(`exceeded quota`), false,
		"The namespace's quota is used up; Argo tries again until there is room. See it with kubectl describe quota; " +
			"lower resources or parallelism, or raise the quota.",
	},
	{
		regexp.MustCompile(`Error applying PodSpecPatch`), false,
		"What an expression gave cannot stand in the pod, such as a quantity of resources that Kubernetes cannot read: a " +
			"number with an optional unit, \"500m\" or \"1Gi\". No pod was made. See the value at the task that gives it, or " +
			"in the run's parameters.",
	},
	{
		regexp.MustCompile(`index out of range`), false,
		"An expression reads an element that its list does not have. Ask for its length first: len(x) > 2 ? x[2] : 'none'.",
	},
	{
		regexp.MustCompile(`OOMKilled`), false,
		"The container used more memory than its limit. Raise resources.limits.memory of the task, or read the data in " +
			"smaller parts.",
	},
	{
		regexp.MustCompile(`/kfp/outputs/\S+: no such file or directory`), false,
		"The container ended well without having written one of its outputs. It must write each to the file that {{ " +
			"outputs.NAME.path }} names, also where the value is empty.",
	},
	{
		regexp.MustCompile(`the result was invalid JSON`), false,
		"Most likely a container has written a NUL character, or other bytes that are no text, to an output or a file " +
			"that becomes one, and Argo cannot hand that on. " +
			"Let it write text, for example by base64, or declare the output as an artifact such as Dataset.",
	},
	{
		regexp.MustCompile(`workflow is longer than maximum allowed size`), false,
		"The run outgrew what Argo's controller keeps in one object: the pipeline twice, and the state and outputs of " +
			"each task. Move tasks into nested pipelines, return less from tasks (large values as artifacts), " +
			"or raise MAX_WORKFLOW_SIZE in the controller's environment; etcd takes 1.5 MiB at most. Beyond that Argo can " +
			"offload node status to a database.",
	},
	{
		regexp.MustCompile(`active on the node longer than the specified deadline|exceeded its deadline`), false,
		"It took longer than its timeout. Raise timeout of the task or of the pipeline, or find out in the log what it " +
			"waited for.",
	},
	{
		regexp.MustCompile(`persistentvolumeclaim "[^"]*" not found`), false,
		"A volume's claim is not in the namespace. Once it is there, the pod starts by itself. Where a value of the run gave " +
			"the name, end the run and give another one.",
	},
	{
		regexp.MustCompile(`[Pp]ods? "[^"]*" is (invalid|forbidden): (spec\.|\[spec\.|no PriorityClass)`), false,
		"Kubernetes refuses the pod that the task's settings make. Where a setting holds {{ }}, the value that the run gave " +
			"is no such name, or names what does not exist. See the run's parameters.",
	},
	{
		regexp.MustCompile(`nodes are available|Unschedulable`), false,
		"No node takes the pod. Compare the task's resources.requests, node_selector, affinity and tolerations with " +
			"kubectl describe nodes.",
	},
	{
		regexp.MustCompile(`ImagePullBackOff|ErrImagePull|InvalidImageName|ErrImageNeverPull`), false,
		"The node cannot pull the image. Check its name and that the registry is reachable from the nodes; a private one " +
			"needs image_pull_secrets of the task, or of the service account.",
	},
	{
		regexp.MustCompile(`CreateContainerConfigError|couldn't find key|secret "[^"]*" not found|configmap "[^"]*" not found`), false,
		"The pod refers to a secret or a config map, or to a key in it, that is not in the namespace. Once it is there, " +
			"the pod starts by itself.",
	},
	{
		regexp.MustCompile(`^(PodInitializing|ContainerCreating)$`), false,
		"The node does not get a pod ready: mostly because a volume cannot be mounted, such as the Secret of the artifact " +
			"repository, which has to be in the namespace of the run. " +
			"See why with: kubectl get events --field-selector involvedObject.kind=Pod -n NAMESPACE",
	},
	{
		regexp.MustCompile(`low on resource|Evicted|evicted|node shutdown|Preempt`), false,
		"The node gave the pod up. retry of the task, with policy = \"Always\", takes another one.",
	},
}
