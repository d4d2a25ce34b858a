package client

import "time"

// SharedSeen is how often a sign was seen, and when first and last.
type SharedSeen struct {
	Type  string    `json:"type" yaml:"type"`
	Value string    `json:"value" yaml:"value"`
	Count int64     `json:"count" yaml:"count"`
	First time.Time `json:"first" yaml:"first"`
	Last  time.Time `json:"last" yaml:"last"`
}

// SharedAbout is what it is about.
type SharedAbout struct {
	Vulnerabilities []string `json:"vulnerabilities,omitempty" yaml:"vulnerabilities"`
	Purls           []string `json:"purls,omitempty" yaml:"purls"`
	Products        []string `json:"products,omitempty" yaml:"products"`
	Keywords        []string `json:"keywords,omitempty" yaml:"keywords"`
}
