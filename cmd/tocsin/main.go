// Command tocsin says who must be told of a vulnerability, in what order, by
// when, and what must not be said. It only hands the arguments over; what it
// can do is in package cli. Run it with --help.
package main

import (
	"os"

	"tocsin/cli"
)

func main() {
	os.Exit(cli.Main(os.Args, os.Stdin, os.Stdout, os.Stderr))
}
