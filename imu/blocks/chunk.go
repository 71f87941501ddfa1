package blocks

import "socle/imu/parallel"

// chunk is how many things a worker takes at a time.
const chunk parallel.Chunk = 512
