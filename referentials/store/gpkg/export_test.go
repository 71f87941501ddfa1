package gpkg

// NoSync leaves the flushing of the disk to the system, for tests that do not cut the
// power: a flush takes longer than all else they do.
func NoSync() Option { return func(s *Store) { s.sync = "OFF" } }
