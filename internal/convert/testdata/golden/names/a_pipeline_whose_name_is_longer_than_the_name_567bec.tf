# Converted from names.yaml, compiled by kfp-2.15.2.
#
# Name that no object can have: names.yaml:36: "A pipeline whose name is longer than the name of any
# object can be" becomes "a-pipeline-whose-name-is-longer-than-the-name-567bec". Give name for another
# one.

resource "kfp_component" "say" {
  name = "a-pipeline-whose-name-is-longer-than-the-name-56-say"
  inputs = {
    a_b                                                             = { type = "string" }
    a_b_d44362                                                      = { type = "string" }
    a_name_that_is_so_long_that_nobody_would_ever_write_it_d_7f578f = { type = "string" }
    x_in                                                            = { type = "string" }
  }
  container = {
    image = "alpine"
    command = [
      "echo",
      "{{ inputs.a_b_d44362 }}",
      "{{ inputs.a_b }}",
      "{{ inputs.x_in }}",
      "{{ inputs.a_name_that_is_so_long_that_nobody_would_ever_write_it_d_7f578f }}",
    ]
  }
}

# Containers run as user 65532 here, and as their images' users in KFP and in a package. For an image
# that needs root: security_context = { run_as_user = 0, run_as_non_root = false }, in defaults or in
# its tasks.
resource "kfp_pipeline" "a_pipeline_whose_name_is_longer_than_the_name_567bec" {
  name = "a-pipeline-whose-name-is-longer-than-the-name-567bec"
  groups = {
    group = {
      tasks = {
        say = {
          component = kfp_component.say.ref
          inputs = {
            a_b                                                             = "2"
            a_b_d44362                                                      = "1"
            a_name_that_is_so_long_that_nobody_would_ever_write_it_d_7f578f = "4"
            x_in                                                            = "3"
          }
        }
      }
    }
    group_ad936f = {
      tasks = {
        say = {
          component = kfp_component.say.ref
          inputs = {
            a_b                                                             = "2"
            a_b_d44362                                                      = "1"
            a_name_that_is_so_long_that_nobody_would_ever_write_it_d_7f578f = "4"
            x_in                                                            = "3"
          }
        }
      }
    }
  }
  tasks = {
    a_b = {
      component    = kfp_component.say.ref
      display_name = "say"
      inputs = {
        a_b                                                             = "2"
        a_b_d44362                                                      = "1"
        a_name_that_is_so_long_that_nobody_would_ever_write_it_d_7f578f = "4"
        x_in                                                            = "3"
      }
    }
    a_b_d44362 = {
      component    = kfp_component.say.ref
      display_name = "say"
      inputs = {
        a_b                                                             = "2"
        a_b_d44362                                                      = "1"
        a_name_that_is_so_long_that_nobody_would_ever_write_it_d_7f578f = "4"
        x_in                                                            = "3"
      }
    }
    say = {
      component = kfp_component.say.ref
      inputs = {
        a_b                                                             = "2"
        a_b_d44362                                                      = "1"
        a_name_that_is_so_long_that_nobody_would_ever_write_it_d_7f578f = "4"
        x_in                                                            = "3"
      }
    }
    x1st    = { group = "group", display_name = "1st" }
    x_kfp_x = { group = "group_ad936f", display_name = "Ein-sch-ner-Name" }
  }
}
