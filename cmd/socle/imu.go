package main

// imuCmd groups what makes and measures urban morphological blocks.
type imuCmd struct {
	Indicators imuIndicatorsCmd `cmd:"" help:"Measure the urban form of a mesh, as a new collection."`
}
