package redistest

// Eventually is for the tests of this package.
var Eventually = eventually
