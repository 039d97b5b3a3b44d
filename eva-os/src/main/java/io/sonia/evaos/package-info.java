/** The control plane: policy, approvals, tasks and supervision of the other processes. */
@NullMarked
package io.sonia.evaos;

import org.jspecify.annotations.NullMarked;
