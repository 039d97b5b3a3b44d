package io.sonia.memory;

import io.sonia.contracts.Cursors;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;

/** What every part of the memory engine works with. */
record Foundation(Journal journal, Clock clock, Ids ids, Cursors cursors) {}
