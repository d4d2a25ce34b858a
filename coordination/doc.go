// Package coordination is the desk: what people do with cases, for pages and
// for the API alike.
//
// Every method takes who asks, asks access, and works on the case as that
// reader may see it: the plan, the picture, the search and the export are made
// of what access.View leaves. It promises that what is refused and what is not
// there are one and the same error (fault.NotFound, the same words), that an
// event is previewed by the very code that will judge it, and that reading what
// is sensitive is kept, in batches. It never writes but through record, and
// never computes a date itself.
package coordination
