package letter

// Example lends the letters of the goldens to tests outside the package.
var Example = example
