package kit

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// claims are the objects for which the resources of one plan, or of one apply, stand. Terraform configures the provider
// anew for each, and plans every resource once in it, in two steps where it replaces the resource.
type claims struct {
	mu      sync.Mutex
	holders map[Claim]string // the instance that stands for it
}

// Claim is an object for which a resource stands.
type Claim struct{ Kind, Namespace, Name string }

// Take notes that an instance stands for an object; false: another one does already.
func (c *claims) Take(of Claim, instance string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holders == nil {
		c.holders = map[Claim]string{}
	}
	if holder, taken := c.holders[of]; taken {
		return holder == instance
	}
	c.holders[of] = instance
	return true
}

// Holder is the instance that stands for an object, as its plan has said; a new one if that did not know the name.
func (c *claims) Holder(of Claim) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.holders[of], rand.Text())
}

// instanceKey is where a plan keeps what tells a resource from all others, its address being unknown to the provider.
// The second step of a replacement finds it there.
const instanceKey = "instance"

// instanceOf reads what tells a resource from others; empty: it has nothing yet.
func instanceOf(ctx context.Context, req resource.ModifyPlanRequest, diags *diag.Diagnostics) string {
	text, ds := req.Private.GetKey(ctx, instanceKey)
	diags.Append(ds...)
	var instance string
	if len(text) == 0 || json.Unmarshal(text, &instance) != nil {
		return ""
	}
	return instance
}

// ClaimPlanned refuses a second resource that stands for the same object. kind is the type of the resource. While a
// name is not known yet nothing is done: the apply plans once more.
func (c *Configured) ClaimPlanned(
	ctx context.Context, kind string, namespace, name types.String, req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	if IsKnown(namespace) && IsKnown(name) {
		c.claim(ctx, Claim{kind, namespace.ValueString(), name.ValueString()}, req, resp)
	}
}

// ClaimConfirmed is ClaimPlanned for a resource of which nothing else is planned.
func (c *Configured) ClaimConfirmed(
	ctx context.Context, kind string, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if namespace, name, ok := placeOf(req.Plan.Raw); ok {
		c.claim(ctx, Claim{kind, namespace, name}, req, resp)
	}
}

func (c *Configured) claim(
	ctx context.Context, of Claim, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	instance := instanceOf(ctx, req, &resp.Diagnostics)
	if instance == "" {
		instance = rand.Text()
		text, err := json.Marshal(instance)
		if err != nil {
			resp.Diagnostics.AddError("Cannot keep the plan", err.Error())
			return
		}
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, instanceKey, text)...)
	}
	if c.Session.Claims.Take(of, instance) {
		return
	}
	title, remedy := "Two resources of one name", "Each would overwrite the other. Give one of them another name."
	if of.Kind == "kfp_run" {
		title, remedy = "Two resources are one run", "The same pipeline, parameters, service account and triggers are the "+
			"same run, so that an apply "+
			"finds the run that an interrupted one started. Tell the two apart by triggers, such as triggers = { number = "+
			"count.index }, or by name."
	}
	resp.Diagnostics.AddAttributeError(path.Root("name"), title, fmt.Sprintf("Another %s of this configuration stands "+
		"for %s/%s already. %s",
		of.Kind, of.Namespace, of.Name, remedy))
}
