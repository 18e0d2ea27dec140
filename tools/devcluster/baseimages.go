package main

import "slices"

// baseImage is an image under a name that users know, made of Debian packages.
type baseImage struct {
	name  string
	tree  rootfs
	refs  []string
	image imageSpec
}

var libcPackages = []string{
	"base-files", "libc6", "libc-bin", "libgcc-s1", "gcc-12-base", "libcrypt1", "busybox-static", "ca-certificates",
	"tzdata",
}

var baseImages = []baseImage{
	{
		name: "python", refs: []string{"python:3.11-slim", "python:3.11"},
		tree: rootfs{
			Packages: slices.Concat(libcPackages, []string{
				"dash", "libexpat1", "zlib1g", "libssl3", "libffi8", "libbz2-1.0", "liblzma5", "libuuid1", "libsqlite3-0", "libtinfo6",
				"libncursesw6", "libreadline8", "media-types", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib",
				"python3-pip", "python3-setuptools", "python3-wheel", "python3-distutils", "python3-lib2to3", "python3-pkg-resources",
			}),
			Links: map[string]string{"usr/bin/python3": "python3.11", "usr/bin/python": "python3.11"},
			// Debian forbids pip to install beside its own packages; images that users know do not.
			Remove: []string{"usr/lib/python3.11/EXTERNALLY-MANAGED"},
			Verify: [][]string{
				{"/usr/bin/python3", "-c", "import json, ssl, sqlite3, hashlib, ctypes, bz2, lzma, uuid, readline, urllib.request"},
				{"/usr/bin/python3", "-m", "pip", "--version"},
				{"/usr/bin/env", "python", "-c", "print('ok')"},
			},
		},
		image: imageSpec{cmd: []string{"python3"}},
	},
	{
		name: "r-base", refs: []string{"r-base:4.2.2"},
		tree: rootfs{
			Packages: slices.Concat(libcPackages, []string{
				"dash", "bash", "r-base-core", "libblas3", "liblapack3", "libgfortran5", "libquadmath0", "libgomp1", "libstdc++6",
				"libbz2-1.0", "liblzma5", "zlib1g", "libpcre2-8-0", "libreadline8", "readline-common", "libtinfo6", "libicu72",
				"libtirpc3", "libtirpc-common", "libgssapi-krb5-2", "libkrb5-3", "libk5crypto3", "libkrb5support0", "libcom-err2", "libkeyutils1", "libssl3",
			}),
			// Install scripts would have set these up: alternatives and a configuration file.
			Links: map[string]string{
				"usr/lib/R/etc/Renviron":                  "Renviron.ucf",
				"usr/lib/x86_64-linux-gnu/libblas.so.3":   "blas/libblas.so.3",
				"usr/lib/x86_64-linux-gnu/liblapack.so.3": "lapack/liblapack.so.3",
			},
			Dirs: map[string]int{"usr/local/lib/R/site-library": 0},
			Remove: []string{
				"usr/lib/R/library/*/help", "usr/lib/R/library/*/html", "usr/lib/R/library/*/doc", "usr/lib/R/library/translations",
				"usr/lib/R/library/tcltk", "usr/share/R/doc",
			},
			Verify: [][]string{
				{"/usr/bin/Rscript", "-e", "cat(1)"},
				{
					"/usr/bin/Rscript", "-e",
					`x <- data.frame(a=1:3, b=c(2,4,6)); stopifnot(abs(coef(lm(b ~ a, x))[2] - 2) < 1e-9); cat(sprintf("%.2f", solve(matrix(c(2,0,0,2),2))[1,1]))`,
				},
			},
		},
		image: imageSpec{cmd: []string{"R"}, env: []string{"LC_ALL=C.UTF-8", "LANG=C.UTF-8"}},
	},
	{
		name: "busybox", refs: []string{"busybox:1.36"},
		tree: rootfs{
			Packages: []string{"busybox-static"},
			Verify:   [][]string{{"/bin/sh", "-c", "echo ok | grep ok && env true"}},
		},
		image: imageSpec{cmd: []string{"sh"}},
	},
	{
		name: "postgres", refs: []string{"postgres:15"},
		tree: rootfs{
			Packages: slices.Concat(libcPackages, []string{
				"dash", "postgresql-15", "postgresql-client-15", "libpq5", "libgssapi-krb5-2", "libkrb5-3", "libk5crypto3", "libkrb5support0",
				"libcom-err2", "libkeyutils1", "libssl3", "libicu72", "libldap-2.5-0", "libsasl2-2", "libsasl2-modules-db", "libdb5.3",
				"liblz4-1", "libpam0g", "libaudit1", "libcap-ng0", "libselinux1", "libpcre2-8-0", "libstdc++6", "libsystemd0", "libcap2",
				"libgcrypt20", "libgpg-error0", "libuuid1", "libxml2", "libxslt1.1", "libzstd1", "zlib1g", "liblzma5", "libreadline8",
				"readline-common", "libtinfo6",
				"libgnutls30", "libnettle8", "libhogweed6", "libgmp10", "libidn2-0", "libunistring2", "libtasn1-6", "libp11-kit0", "libffi8",
			}),
			Files: map[string]string{"usr/local/bin/docker-entrypoint.sh": postgresEntrypoint},
			Dirs: map[string]int{
				"var/lib/postgresql": 999, "var/lib/postgresql/data": 999, "var/run/postgresql": 999, "run/postgresql": 999,
			},
			Users: []string{"postgres:x:999:999:PostgreSQL:/var/lib/postgresql:/bin/sh"},
			// Compiling queries at run time needs all of LLVM; without it the server interprets them.
			Remove: []string{"usr/lib/postgresql/15/lib/bitcode", "usr/lib/postgresql/15/lib/llvmjit*"},
			Verify: [][]string{
				{"/usr/lib/postgresql/15/bin/postgres", "--version"},
				{"/usr/lib/postgresql/15/bin/psql", "--version"},
				{"/usr/lib/postgresql/15/bin/initdb", "--version"},
			},
		},
		image: imageSpec{
			user: "999", entrypoint: []string{"docker-entrypoint.sh"}, cmd: []string{"postgres"},
			env: []string{
				"PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
				"PGDATA=/var/lib/postgresql/data", "LANG=C.UTF-8",
			},
		},
	},
}

// The entrypoint understands the environment variables of the well-known image.
const postgresEntrypoint = `#!/bin/sh
set -eu
: "${POSTGRES_USER:=postgres}" "${POSTGRES_DB:=$POSTGRES_USER}"
if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
    echo "set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust" >&2
    exit 1
  fi
  mkdir -p "$PGDATA" && chmod 700 "$PGDATA"
  printf '%s\n' "${POSTGRES_PASSWORD:-none}" > /tmp/pwfile
  initdb -D "$PGDATA" -U "$POSTGRES_USER" --pwfile=/tmp/pwfile --auth-host=scram-sha-256 --auth-local=trust
  rm /tmp/pwfile
  printf 'host all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
  if [ "$POSTGRES_DB" != postgres ]; then
    pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -c unix_socket_directories=/tmp" -w start
    createdb -h /tmp -U "$POSTGRES_USER" "$POSTGRES_DB"
    pg_ctl -D "$PGDATA" -m fast -w stop
  fi
fi
[ "${1:-}" = postgres ] && shift && set -- postgres -c "listen_addresses=*" -c unix_socket_directories=/tmp "$@"
exec "$@"
`

// Numbers of Linux capabilities.
const (
	capSetgid = 6
	capSetuid = 7
)

// buildkitImages let a builder run inside the cluster. The rootless one is laid
// out like upstream's; dir holds the built programs.
func buildkitImages(dir, config string) []baseImage {
	programs := []string{dir + "/buildkitd:/usr/bin/buildkitd:755", dir + "/buildctl:/usr/bin/buildctl:755"}
	runc := slices.Concat(libcPackages, []string{"runc", "libseccomp2", "libselinux1", "libpcre2-8-0"})
	rootless := slices.Concat(
		runc, []string{"rootlesskit", "uidmap", "libaudit1", "libcap-ng0", "libsubid4", "fuse-overlayfs", "libfuse3-3"},
	)
	return []baseImage{
		{
			name: "buildkit", refs: []string{"moby/buildkit:" + buildkitVersion},
			tree: rootfs{
				Packages: runc, Files: map[string]string{"etc/buildkit/buildkitd.toml": config},
				Verify: [][]string{{"/usr/sbin/runc", "--version"}},
			},
			image: imageSpec{files: programs, entrypoint: []string{"buildkitd"}},
		},
		{
			name: "buildkit-rootless", refs: []string{"moby/buildkit:" + buildkitVersion + "-rootless"},
			tree: rootfs{
				Packages: rootless,
				Files: map[string]string{
					"etc/subuid": "user:100000:65536\n", "etc/subgid": "user:100000:65536\n",
					"home/user/.config/buildkit/buildkitd.toml": config,
				},
				Dirs: map[string]int{
					"run/user": 0, "run/user/1000": 1000, "home/user": 1000, "home/user/.local": 1000, "home/user/.local/tmp": 1000,
					"home/user/.local/share": 1000, "home/user/.local/share/buildkit": 1000,
				},
				// Setuid programs may not write the maps of a namespace that another user owns.
				Capabilities: map[string]int{"usr/bin/newuidmap": capSetuid, "usr/bin/newgidmap": capSetgid},
				Users:        []string{"user:x:1000:1000::/home/user:/bin/sh"},
				Verify:       [][]string{{"/usr/sbin/runc", "--version"}, {"/usr/bin/rootlesskit", "--version"}},
			},
			image: imageSpec{
				files: programs, entrypoint: []string{"rootlesskit", "buildkitd"}, user: "1000:1000",
				env: []string{
					"HOME=/home/user", "USER=user", "XDG_RUNTIME_DIR=/run/user/1000", "TMPDIR=/home/user/.local/tmp",
					"BUILDKIT_HOST=unix:///run/user/1000/buildkit/buildkitd.sock",
				},
			},
		},
	}
}
