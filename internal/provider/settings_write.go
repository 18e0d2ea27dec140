package provider

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// settingsType is the type of an object that holds all settings, such as defaults.
var settingsType = types.ObjectType{AttrTypes: attributeTypes(settingsAttributes())}

// newSettingsModel writes settings that were read from the cluster. Prior is what the state holds; nil: nothing.
func newSettingsModel(ctx context.Context, s spec.Settings, prior *settingsModel) (settingsModel, diag.Diagnostics) {
	var diags diag.Diagnostics
	var old settingsModel
	if prior != nil {
		old = *prior
	}
	return values{&diags}.settings(ctx, s, old), diags
}

// newSettingsObject writes settings as an object, which is null where there are none.
func newSettingsObject(ctx context.Context, s spec.Settings, prior types.Object) (types.Object, diag.Diagnostics) {
	var diags diag.Diagnostics
	w := values{&diags}
	given := &s
	if reflect.ValueOf(s).IsZero() {
		given = nil
	}
	return nested(ctx, w, settingsType, given, prior, func(s spec.Settings, old settingsModel) settingsModel {
		return w.settings(ctx, s, old)
	}), diags
}

func (w values) settings(ctx context.Context, s spec.Settings, old settingsModel) settingsModel {
	texts := typeAt(settingsType, "env")
	return settingsModel{
		Retry:            w.retry(ctx, s.Retry, old.Retry),
		Timeout:          textIn(s.Timeout, old.Timeout),
		Cache:            w.cache(ctx, s.Cache, old.Cache),
		Resources:        w.resources(ctx, s.Resources, old.Resources),
		Env:              w.texts(ctx, texts, s.Env, old.Env),
		SecretEnv:        w.keyRefs(ctx, s.SecretEnv, old.SecretEnv),
		ConfigMapEnv:     w.keyRefs(ctx, s.ConfigMapEnv, old.ConfigMapEnv),
		FieldEnv:         w.texts(ctx, texts, s.FieldEnv, old.FieldEnv),
		Volumes:          w.volumes(ctx, s.Volumes, old.Volumes),
		NodeSelector:     w.texts(ctx, texts, s.NodeSelector, old.NodeSelector),
		Tolerations:      w.tolerations(ctx, s.Tolerations, old.Tolerations),
		Affinity:         textIn(s.Affinity, old.Affinity),
		Labels:           w.texts(ctx, texts, s.Labels, old.Labels),
		Annotations:      w.texts(ctx, texts, s.Annotations, old.Annotations),
		ServiceAccount:   w.text(s.ServiceAccount, old.ServiceAccount),
		ImagePullPolicy:  w.text(s.ImagePullPolicy, old.ImagePullPolicy),
		ImagePullSecrets: w.set(ctx, s.ImagePullSecrets, old.ImagePullSecrets),
		PriorityClass:    w.text(s.PriorityClass, old.PriorityClass),
		SecurityContext:  w.securityContext(ctx, s.SecurityContext, old.SecurityContext),
		Synchronization:  w.synchronization(ctx, s.Synchronization, old.Synchronization),
	}
}

func (w values) retry(ctx context.Context, r *spec.Retry, prior types.Object) types.Object {
	return nested(ctx, w, typeAt(settingsType, "retry"), r, prior, func(r spec.Retry, old retryModel) retryModel {
		return retryModel{
			Limit: types.Int64Value(r.Limit), Policy: w.text(r.Policy, old.Policy), Expression: w.text(r.Expression, old.Expression),
			Backoff: nested(ctx, w, typeAt(settingsType, "retry", "backoff"), r.Backoff, old.Backoff, func(b spec.Backoff, old backoffModel) backoffModel {
				return backoffModel{Duration: newText[duration](b.Duration), Factor: types.Float64PointerValue(b.Factor), Max: textIn(b.Max, old.Max)}
			}),
		}
	})
}

func (w values) cache(ctx context.Context, c *spec.Cache, prior types.Object) types.Object {
	return nested(ctx, w, typeAt(settingsType, "cache"), c, prior, func(c spec.Cache, old cacheModel) cacheModel {
		return cacheModel{Enabled: types.BoolValue(c.Enabled), MaxAge: textIn(c.MaxAge, old.MaxAge), Key: w.text(c.Key, old.Key)}
	})
}

func (w values) resources(ctx context.Context, r *spec.Resources, prior types.Object) types.Object {
	quantities := typeAt(settingsType, "resources", "requests")
	return nested(ctx, w, typeAt(settingsType, "resources"), r, prior, func(r spec.Resources, old resourcesModel) resourcesModel {
		return resourcesModel{Requests: w.texts(ctx, quantities, r.Requests, old.Requests), Limits: w.texts(ctx, quantities, r.Limits, old.Limits)}
	})
}

func (w values) keyRefs(ctx context.Context, refs map[string]spec.KeyRef, prior types.Map) types.Map {
	return nestedMap(ctx, w, typeAt(settingsType, "secret_env"), refs, prior, func(r spec.KeyRef, old keyRefModel) keyRefModel {
		return keyRefModel{Name: types.StringValue(r.Name), Key: types.StringValue(r.Key), Optional: w.flag(r.Optional, old.Optional)}
	})
}

func (w values) volumes(ctx context.Context, volumes map[string]spec.Volume, prior types.Map) types.Map {
	emptyDir, ephemeral := typeAt(settingsType, "volumes", "empty_dir"), typeAt(settingsType, "volumes", "ephemeral")
	return nestedMap(ctx, w, typeAt(settingsType, "volumes"), volumes, prior, func(v spec.Volume, old volumeModel) volumeModel {
		if v.EmptyDir == nil {
			old.EmptyDir = types.ObjectNull(objectTypes(emptyDir)) // {} is a source: it must not stay where there is none
		}
		return volumeModel{
			MountPath: types.StringValue(v.MountPath), SubPath: w.text(v.SubPath, old.SubPath), ReadOnly: w.flag(v.ReadOnly, old.ReadOnly),
			Secret: w.text(v.Secret, old.Secret), ConfigMap: w.text(v.ConfigMap, old.ConfigMap), Claim: w.text(v.Claim, old.Claim),
			EmptyDir: nested(ctx, w, emptyDir, v.EmptyDir, old.EmptyDir, func(e spec.EmptyDir, old emptyDirModel) emptyDirModel {
				return emptyDirModel{Medium: w.text(e.Medium, old.Medium), SizeLimit: textIn(e.SizeLimit, old.SizeLimit)}
			}),
			Ephemeral: nested(ctx, w, ephemeral, v.Ephemeral, old.Ephemeral, func(e spec.EphemeralClaim, old ephemeralModel) ephemeralModel {
				return ephemeralModel{
					Size: newText[quantity](e.Size), StorageClass: w.text(e.StorageClass, old.StorageClass), AccessModes: w.set(ctx, e.AccessModes, old.AccessModes),
				}
			}),
		}
	})
}

func (w values) tolerations(ctx context.Context, list []spec.Toleration, prior types.List) types.List {
	return nestedList(ctx, w, typeAt(settingsType, "tolerations"), list, prior, func(t spec.Toleration, old tolerationModel) tolerationModel {
		return tolerationModel{
			Key: w.text(t.Key, old.Key), Operator: w.text(t.Operator, old.Operator), Value: w.text(t.Value, old.Value),
			Effect: w.text(t.Effect, old.Effect), TolerationSeconds: types.Int64PointerValue(t.TolerationSeconds),
		}
	})
}

func (w values) securityContext(ctx context.Context, s *spec.SecurityContext, prior types.Object) types.Object {
	return nested(ctx, w, typeAt(settingsType, "security_context"), s, prior, func(s spec.SecurityContext, _ securityContextModel) securityContextModel {
		return securityContextModel{
			RunAsUser: types.Int64PointerValue(s.RunAsUser), RunAsGroup: types.Int64PointerValue(s.RunAsGroup),
			RunAsNonRoot: types.BoolPointerValue(s.RunAsNonRoot), FSGroup: types.Int64PointerValue(s.FSGroup),
			ReadOnlyRootFilesystem:   types.BoolPointerValue(s.ReadOnlyRootFilesystem),
			AllowPrivilegeEscalation: types.BoolPointerValue(s.AllowPrivilegeEscalation), Privileged: types.BoolPointerValue(s.Privileged),
			// Dropping none is not the default, which is to drop all of them.
			AddCapabilities: w.exactSet(ctx, s.AddCapabilities), DropCapabilities: w.exactSet(ctx, s.DropCapabilities),
		}
	})
}

func (w values) synchronization(ctx context.Context, s *spec.Synchronization, prior types.Object) types.Object {
	semaphores := typeAt(settingsType, "synchronization", "semaphores")
	return nested(ctx, w, typeAt(settingsType, "synchronization"), s, prior, func(s spec.Synchronization, old synchronizationModel) synchronizationModel {
		return synchronizationModel{
			Mutexes: w.set(ctx, s.Mutexes, old.Mutexes),
			Semaphores: nestedList(ctx, w, semaphores, s.Semaphores, old.Semaphores, func(s spec.Semaphore, _ semaphoreModel) semaphoreModel {
				return semaphoreModel{ConfigMap: types.StringValue(s.ConfigMap), Key: types.StringValue(s.Key)}
			}),
		}
	})
}
