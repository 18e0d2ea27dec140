// One module in place of nine: the Go command does not compare this path with the paths that it replaces.
module github.com/hashicorp/terraform/internal/backend/remote-state/stub

go 1.25.0
