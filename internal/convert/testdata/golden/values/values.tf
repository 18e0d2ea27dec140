# Converted from values.yaml, compiled by kfp-2.15.2.
#
# Secret in clear text: values.yaml:121: parameters["secret"]: By its name parameter "secret" carries
# a secret. Argo keeps parameters in clear text, in each run. Keep it in a Secret, and give it to the
# pod: secret_env = { SECRET = { name = "…", key = "…" } }. The parameter can be the name of the
# Secret's key, where several are chosen from.

resource "kfp_component" "name" {
  name    = "values-name"
  outputs = { name = { type = "string" } }
  container = {
    image   = "alpine"
    command = ["sh", "-c", "echo x > \"$0\"", "{{ outputs.name.path }}"]
  }
}

resource "kfp_component" "say" {
  name   = "values-say"
  inputs = { image = { type = "string", default = "alpine" }, text = { type = "string" } }
  container = {
    image   = "image-of-the-task"
    command = ["echo", "{{ inputs.text }}", "{{ task.id }}"]
  }
}

# Containers run as user 65532 here, and as their images' users in KFP and in a package. For an image
# that needs root: security_context = { run_as_user = 0, run_as_non_root = false }, in defaults or in
# its tasks.
resource "kfp_pipeline" "values" {
  name = "values"
  parameters = {
    affinity   = { type = "struct", optional = true }
    labels     = { type = "struct", optional = true }
    maybe      = { type = "string", optional = true }
    secret     = { type = "string" }
    toleration = { type = "struct", optional = true }
  }
  volume_claims = {
    createpvc     = { size = "5Mi", access_modes = ["ReadWriteOnce"], storage_class = "fast" }
    kfp-workspace = { size = "1Gi", access_modes = ["ReadWriteOnce"], storage_class = "standard" }
  }
  tasks = {
    name = {
      component = kfp_component.name.ref
      affinity  = "{{ {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': [{'matchExpressions': concat([{'key': 'zone', 'operator': 'In', 'values': ['a']}], map(keys(parameters.labels ?? {}), ({key: #, operator: 'In', values: [string((parameters.labels ?? {})[#])]})))}]}}} }}"
      resources = { limits = { "{{ parameters.secret }}" = "1" } }
      volumes   = { kfp_workspace = { mount_path = "/kfp-workspace", claim = "kfp-workspace" } }
    }
    say = {
      component          = kfp_component.say.ref
      image              = "{{ parameters.maybe ?? 'alpine' }}"
      depends_on         = ["name"]
      inputs             = { image = "{{ parameters.maybe ?? 'alpine' }}", text = "{{ task.id }}" }
      affinity           = "{{ {'nodeAffinity': parameters.affinity ?? nil} }}"
      image_pull_secrets = ["{{ parameters.maybe }}"]
      secret_env         = { PASSWORD = { name = "{{ parameters.secret }}", key = "password" } }
      tolerations        = [{ json = "{{ parameters.toleration }}" }]
      volumes = {
        claim_data = { mount_path = "/data", claim = "{{ parameters.secret }}" }
        claim_own  = { mount_path = "/own", claim = "createpvc" }
        config_map_etc_settings = {
          optional   = true
          mount_path = "/etc/settings"
          config_map = "{{ tasks.name.outputs.name }}"
        }
        kfp_workspace = { mount_path = "/kfp-workspace", claim = "kfp-workspace" }
      }
    }
    say_2 = {
      component          = kfp_component.say.ref
      image              = "alpine"
      depends_on         = ["name"]
      inputs             = { text = "{{ run.id }} of {{ run.created_at }}, say-2 in /kfp-workspace/x" }
      affinity           = "{{ {'nodeAffinity': parameters.affinity ?? nil} }}"
      cache              = { enabled = true }
      image_pull_secrets = ["{{ parameters.maybe }}"]
      secret_env         = { PASSWORD = { name = "{{ parameters.secret }}", key = "password" } }
      tolerations        = [{ json = "{{ parameters.toleration }}" }]
      volumes = {
        claim_data = { mount_path = "/data", claim = "{{ parameters.secret }}" }
        claim_own  = { mount_path = "/own", claim = "createpvc" }
        config_map_etc_settings = {
          optional   = true
          mount_path = "/etc/settings"
          config_map = "{{ tasks.name.outputs.name }}"
        }
        kfp_workspace = { mount_path = "/kfp-workspace", claim = "kfp-workspace" }
      }
    }
  }
}
