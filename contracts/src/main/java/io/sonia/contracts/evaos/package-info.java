/** What crosses the wire to and from EVA-OS, the control plane: the gate, approvals, grants, tasks, supervision. */
@NullMarked
package io.sonia.contracts.evaos;

import org.jspecify.annotations.NullMarked;
