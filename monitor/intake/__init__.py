"""The intake room: turns files that others publish into files of ours, checked line by line."""
