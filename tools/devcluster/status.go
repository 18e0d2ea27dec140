package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

type healthLine struct{ name, pid, health string }

// status prints each component's health and fails unless all are well.
// Nothing is dialled that was not started: the node address may not be there.
func (c *cluster) status(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	lines, ok := c.health(ctx)
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "COMPONENT\tPID\tHEALTH")
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t%s\n", l.name, l.pid, l.health)
	}
	w.Flush()
	fmt.Fprintln(c.out, "kubeconfig:", c.kubeconfig())
	if !ok {
		return errQuiet
	}
	return nil
}

func (c *cluster) health(ctx context.Context) (lines []healthLine, ok bool) {
	components, addons := c.components(programs{}), c.addons()
	lines = make([]healthLine, len(components)+len(addons))
	apiUp := c.readRecord("kube-apiserver").alive()
	var all sync.WaitGroup
	for i, p := range components {
		all.Go(func() { lines[i] = c.componentHealth(ctx, p) })
	}
	for i, a := range addons {
		all.Go(func() {
			l := healthLine{a.name, "pod", "down"}
			if apiUp {
				l.health = healthText(a.health(ctx))
			}
			lines[len(components)+i] = l
		})
	}
	all.Wait()
	ok = true
	for _, l := range lines {
		ok = ok && (l.health == "ok" || strings.HasPrefix(l.health, "not started"))
	}
	return lines, ok
}

func (c *cluster) componentHealth(ctx context.Context, p component) healthLine {
	r := c.readRecord(p.name)
	if !r.alive() {
		if p.name == "buildkitd" && r.PID == 0 {
			return healthLine{p.name, "-", "not started (up --buildkit)"}
		}
		return healthLine{p.name, "-", "down"}
	}
	return healthLine{p.name, fmt.Sprint(r.PID), healthText(p.health(ctx))}
}

func healthText(err error) string {
	if err == nil {
		return "ok"
	}
	return strings.ReplaceAll(err.Error(), "\n", " ")
}
