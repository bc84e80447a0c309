"""The reports of all whole runs, below the rootdir: kept once each, listed, found again and given back as they were."""
