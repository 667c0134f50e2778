"""What people do, one verb a file; the only place where store, formats, media and assist meet."""
