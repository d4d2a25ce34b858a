// Package telemetry counts what the program does, for Prometheus.
//
// It promises that no label holds anything but words from closed lists: the
// patterns of routes, the methods that the edge takes, classes of statuses,
// kinds of errors. A pattern that was not registered is counted under "other",
// so that no mistake elsewhere can put a handle into a label. It keeps its own
// registry, reads no case, and serves nothing by itself.
package telemetry
