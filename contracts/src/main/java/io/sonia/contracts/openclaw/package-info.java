/** What openclaw, the tool executor, reads and answers: tools, executions and their proofs. */
@NullMarked
package io.sonia.contracts.openclaw;

import org.jspecify.annotations.NullMarked;
