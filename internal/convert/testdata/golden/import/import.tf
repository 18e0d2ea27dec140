# Converted from import.yaml, compiled by kfp-2.15.2.
#
# Address from a value: import.yaml:54: Importer "importer-3" takes it from parameters.place, which
# has to start with s3://, as its default does.
#
# More than KFP does: import.yaml:56: Open-source KFP leaves the placeholders in the metadata of
# importer "importer-2" as they are. Here they are the values.
#
# Address from a value: import.yaml:62: Importer "importer-4" takes it from parameters.anywhere, which
# may be of s3://, gs://, https:// or http://. Its store is asked as the pod that takes the artifact;
# a default of the parameter says which store it is.
#
# Import into a workspace: import.yaml:62: Importer "importer-4" downloads its artifact into the
# workspace. Here each task that takes it gets the files themselves, at the artifact's path.

resource "kfp_component" "nothing" {
  name      = "import-nothing"
  container = { image = "alpine", command = ["true"] }
}

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
    anywhere = { type = "string" }
    day      = { type = "string" }
    place    = { type = "string", default = "s3://bucket/default.csv" }
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
    importer_4_gs = {
      import = { type = "Dataset", uri = "gs://{{ trimPrefix(parameters.anywhere, 'gs://') }}" }
      when   = "parameters.anywhere startsWith 'gs://'"
    }
    importer_4_http = {
      import = { type = "Dataset", uri = "http://{{ trimPrefix(parameters.anywhere, 'http://') }}" }
      when   = "parameters.anywhere startsWith 'http://'"
    }
    importer_4_https = {
      import = {
        type = "Dataset"
        uri  = "https://{{ trimPrefix(parameters.anywhere, 'https://') }}"
      }
      when = "parameters.anywhere startsWith 'https://'"
    }
    importer_4_s3 = {
      import = { type = "Dataset", uri = "s3://{{ trimPrefix(parameters.anywhere, 's3://') }}" }
      when   = "not (parameters.anywhere startsWith 'gs://') and not (parameters.anywhere startsWith 'https://') and not (parameters.anywhere startsWith 'http://')"
    }
    behind = {
      component  = kfp_component.nothing.ref
      depends_on = ["importer_4_s3", "importer_4_gs", "importer_4_https", "importer_4_http"]
    }
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
    show_3 = {
      component = kfp_component.show.ref
      inputs = {
        data = "{{ tasks.importer_4_s3.output ?? tasks.importer_4_gs.output ?? tasks.importer_4_https.output ?? tasks.importer_4_http.output }}"
      }
    }
  }
}
