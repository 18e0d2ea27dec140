package main

import (
	"context"
	"strings"
	"testing"
)

func TestLightServerKeepsItsPorts(t *testing.T) {
	c := testCluster(t)
	if c.isLight() {
		t.Fatal("an empty directory is taken for the home of a light server")
	}
	first, err := c.chooseLightPorts()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{first.API: true, first.Etcd: true, first.Peer: true, first.Controllers: true}
	if len(seen) != 4 || seen[0] {
		t.Errorf("ports are not each its own: %+v", first)
	}
	if second, err := c.chooseLightPorts(); err != nil || second != first {
		t.Errorf("ports %+v, then %+v, %v", first, second, err)
	}
	if !c.isLight() {
		t.Error("the home of a light server is not known as one")
	}
}

// Up and down change the machine's network; stop deletes the home. None may take the other's home for its own.
func TestLightServerAndClusterDoNotMeet(t *testing.T) {
	c, ctx := testCluster(t), context.Background()
	if err := c.stopLight(ctx); err == nil || !strings.Contains(err.Error(), "is not the home of a light API server") {
		t.Errorf("stop in another home: %v", err)
	}
	if err := apiserverCommand(ctx, c, []string{"stop", "--home", c.home}); err == nil || !strings.Contains(err.Error(), "the home of the cluster") {
		t.Errorf("stop of the cluster: %v", err)
	}
	for _, args := range [][]string{nil, {"start"}, {"--home", t.TempDir(), "--crds", "some"}, {"restart", "--home", t.TempDir()}} {
		if err := apiserverCommand(ctx, testCluster(t), args); err == nil {
			t.Errorf("apiserver %v is accepted", args)
		}
	}
	if _, err := c.chooseLightPorts(); err != nil {
		t.Fatal(err)
	}
	if err := c.mustNotBeLight(); err == nil || !strings.Contains(err.Error(), "apiserver stop") {
		t.Errorf("up or down of a light server: %v", err)
	}
}
