"""Where a submission runs (`host`), what runs it there (`runner`), and how values come back (`wire`)."""
