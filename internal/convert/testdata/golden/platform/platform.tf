# Converted from platform.yaml, compiled by kfp-2.15.2.

resource "kfp_component" "say" {
  name      = "platform-say"
  container = { image = "alpine", command = ["echo", "hello"] }
}

# Containers run as user 65532 here, and as their images' users in KFP and in a package. For an image
# that needs root: security_context = { run_as_user = 0, run_as_non_root = false }, in defaults or in
# its tasks.
resource "kfp_pipeline" "platform" {
  name = "platform"
  synchronization = {
    mutexes    = ["one"]
    semaphores = [{ key = "few", config_map = "semaphore-config" }]
  }
  ttl = { after_completion = "1h" }
  tasks = {
    say = {
      component = kfp_component.say.ref
      affinity = jsonencode({
        nodeAffinity = {
          preferredDuringSchedulingIgnoredDuringExecution = [
            {
              preference = { matchExpressions = [{ key = "disk", operator = "Exists" }] }
              weight     = 10
            },
          ]
          requiredDuringSchedulingIgnoredDuringExecution = {
            nodeSelectorTerms = [
              { matchExpressions = [{ key = "zone", operator = "In", values = ["a", "b"] }] },
            ]
          }
        }
        podAntiAffinity = {
          requiredDuringSchedulingIgnoredDuringExecution = [
            { labelSelector = { matchLabels = { app = "x" } }, topologyKey = "zone" },
          ]
        }
      })
      annotations        = { note = "a {{ \"{{\" }}b}}" }
      config_map_env     = { LEVEL = { name = "settings", key = "level" } }
      field_env          = { NODE = "spec.nodeName" }
      image_pull_policy  = "Always"
      image_pull_secrets = ["pull"]
      labels             = { team = "ml" }
      node_selector      = { disk = "ssd" }
      secret_env = {
        DB_USER  = { name = "db", key = "user", optional = true }
        PASSWORD = { name = "db", key = "password", optional = true }
      }
      security_context = { run_as_group = 0, run_as_non_root = true, run_as_user = 1000 }
      timeout          = "1m30s"
      tolerations = [
        {
          key                = "gpu"
          operator           = "Equal"
          value              = "yes"
          effect             = "NoExecute"
          toleration_seconds = 30
        },
        { key = "spot", operator = "Exists" },
      ]
      volumes = {
        claim_data              = { mount_path = "/data", claim = "data", sub_path = "in" }
        claim_data2             = { mount_path = "/data2", claim = "data" }
        config_map_etc_settings = { mount_path = "/etc/settings", config_map = "settings" }
        scratch = {
          mount_path = "/scratch"
          ephemeral  = { size = "1Gi", access_modes = ["ReadWriteOnce"], storage_class = "fast" }
        }
        secret_etc_db = { mount_path = "/etc/db", secret = "db" }
        shm           = { mount_path = "/dev/shm", empty_dir = { medium = "Memory", size_limit = "1Gi" } }
        tmp           = { mount_path = "/tmp2", empty_dir = { medium = "Memory", size_limit = "1Mi" } }
      }
    }
  }
}
