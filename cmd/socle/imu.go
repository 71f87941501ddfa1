package main

// imuCmd groups what makes and measures urban morphological blocks.
type imuCmd struct {
	Build      imuBuildCmd      `cmd:"" help:"Cut a zone into blocks, and keep them as a collection."`
	Params     imuParamsCmd     `cmd:"" help:"Print the parameters of build that hold when none are given, with their meaning."`
	Sizes      imuSizesCmd      `cmd:"" help:"Tell how much of a protected source could be published on blocks of several minimum sizes."`
	Indicators imuIndicatorsCmd `cmd:"" help:"Measure the urban form of a mesh, as a new collection."`
}
