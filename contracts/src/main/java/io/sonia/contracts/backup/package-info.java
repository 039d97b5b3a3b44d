/** Backups of a whole home: made while it runs, checked, and put back. */
@NullMarked
package io.sonia.contracts.backup;

import org.jspecify.annotations.NullMarked;
