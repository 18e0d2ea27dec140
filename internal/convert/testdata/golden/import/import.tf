# Converted from import.yaml, compiled by kfp-2.15.2.
#
# Address from a value: import.yaml:49: Importer "importer-3" takes it from parameters.place, which
# has to start with s3://, as its default does.
#
# More than KFP does: import.yaml:51: Open-source KFP leaves the placeholders in the metadata of
# importer "importer-2" as they are. Here they are the values.

resource "kfp_component" "show" {
  name      = "import-show"
  inputs    = { data = { type = "Artifact" } }
  container = { image = "alpine", command = ["cat", "{{ inputs.data.path }}"] }
}

# Containers run as user 65532 here, and as their images' users in KFP and in a package. For an image
# that needs root: security_context = { run_as_user = 0, run_as_non_root = false }, in defaults or in
# its tasks.
resource "kfp_pipeline" "import" {
  name = "import"
  parameters = {
    day   = { type = "string" }
    place = { type = "string", default = "s3://bucket/default.csv" }
  }
  groups = {
    condition_1 = {
      parameters = { place = { type = "string" } }
      tasks = {
        importer_3 = {
          import = {
            type     = "Dataset"
            uri      = "s3://{{ parameters.place }}"
            metadata = jsonencode({ "day monday" = ["monday", true], rows = 3 })
          }
        }
        show = {
          component = kfp_component.show.ref
          inputs    = { data = "{{ tasks.importer_3.output }}" }
        }
      }
    }
  }
  tasks = {
    condition_1 = { group = "condition_1", inputs = { place = "{{ parameters.place }}" } }
    importer    = { import = { type = "Dataset", uri = "gs://bucket/a b.csv" } }
    show        = { component = kfp_component.show.ref, inputs = { data = "{{ tasks.importer.output }}" } }
    importer_2 = {
      import = {
        type     = "Dataset"
        uri      = "s3://bucket/{{ parameters.day }}.csv"
        metadata = "{{ {('day ' + parameters.day): [parameters.day, true], 'rows': 3} }}"
      }
      depends_on = ["show"]
    }
    show_2 = {
      component = kfp_component.show.ref
      inputs    = { data = "{{ tasks.importer_2.output }}" }
    }
  }
}
