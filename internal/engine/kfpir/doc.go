// Package kfpir reads what the compiler of Kubeflow Pipelines writes (pipeline.yaml) into package spec.
//
//	p, problems := kfpir.Read(text, kfpir.Options{File: "pipeline.yaml", Namespace: "ml"})
//	_, more := graph.Check(p.Pipeline)
//	problems = append(problems, p.Locate(more)...)
//
// The root of the package is the pipeline; each of its other graphs is one of the pipeline's Groups, and each executor
// one of its Components, analysed and checked. All texts are in the provider's own language, so that whoever compiles,
// draws or prints a pipeline needs to know nothing of packages. ReadComponent reads a package of a single component.
//
// Every problem stands at the attribute "package" and starts with the file and the line. What is not understood is an
// error, and what pipelines of this provider cannot do is one too (gaps.go), never left out in silence.
//
// The files follow the way of a package: document and decode (YAML into the types of schema), read (the whole), group,
// task, inputs, outputs, exit (graphs), component, container, lightweight (executors), settings, and what all of them
// use: names, types, constant, value, placeholder, condition.
package kfpir
